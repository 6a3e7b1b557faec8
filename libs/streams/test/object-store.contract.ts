import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../src/index.ts';
import { collected } from './collected.ts';
import type { Open } from './opened.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const name = 'features_store/a/year=2018/part-00000.parquet';
const ifNone = { ifNoneMatch: '*' } as const;

async function listed(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await collected(store.list(prefix))).sort();
}

/** The promises of ObjectStore. */
export function objectStoreContract(subject: string, open: Open<ObjectStore>): void {
  describe(`${subject} as an object store`, () => {
    it('gives back the bytes that were put, and the ETag that the put gave', async () => {
      await using opened = await open();
      expect(await opened.port.head(name)).toBeUndefined();
      expect(await opened.port.get(name)).toBeUndefined();
      const etag = await opened.port.put(name, bytes('one'), ifNone);
      expect(etag).toBeTypeOf('string');
      expect(await opened.port.head(name)).toBe(etag);
      expect(Buffer.from((await opened.port.get(name))!).toString()).toBe('one');
    });

    it('holds an object of no bytes', async () => {
      await using opened = await open();
      const etag = await opened.port.put(name, bytes(''), ifNone);
      expect(await opened.port.head(name)).toBe(etag);
      expect(await opened.port.get(name)).toHaveLength(0);
    });

    it('writes nothing when there is an object against the condition', async () => {
      await using opened = await open();
      await opened.port.put(name, bytes('one'), ifNone);
      expect(await opened.port.put(name, bytes('two'), ifNone)).toBeUndefined();
      expect(Buffer.from((await opened.port.get(name))!).toString()).toBe('one');
    });

    it('replaces the object that it was asked to replace, and no other', async () => {
      await using opened = await open();
      const one = (await opened.port.put(name, bytes('one'), ifNone))!;
      const two = (await opened.port.put(name, bytes('two'), { ifMatch: one }))!;
      expect(two).not.toBe(one);
      expect(await opened.port.put(name, bytes('three'), { ifMatch: one })).toBeUndefined();
      expect(Buffer.from((await opened.port.get(name))!).toString()).toBe('two');
      expect(await opened.port.head(name)).toBe(two);
    });

    it('replaces nothing where there is nothing', async () => {
      await using opened = await open();
      expect(await opened.port.put(name, bytes('one'), { ifMatch: 'an etag' })).toBeUndefined();
      expect(await opened.port.get(name)).toBeUndefined();
      expect(await listed(opened.port, '')).toEqual([]);
    });

    it('lets one of several puts at once win, whole', async () => {
      await using opened = await open();
      const bodies = ['one', 'two', 'three', 'four'].map((word) => word.repeat(50_000));
      const etags = await Promise.all(bodies.map((body) => opened.port.put(name, bytes(body), ifNone)));
      const won = etags.findIndex((etag) => etag !== undefined);
      expect(etags.filter((etag) => etag !== undefined)).toEqual([await opened.port.head(name)]);
      expect(Buffer.from((await opened.port.get(name))!).toString()).toBe(bodies[won]);
    });

    it('shows a reader the old object or the new one, never a part', async () => {
      await using opened = await open();
      const bodies = ['a', 'b'].map((letter) => letter.repeat(500_000));
      let etag = (await opened.port.put(name, bytes(bodies[0]), ifNone))!;
      const writing = new AbortController();
      const reads = new Set<string>();
      const reading = (async () => {
        while (!writing.signal.aborted) reads.add(Buffer.from((await opened.port.get(name))!).toString());
      })();
      for (let i = 1; i <= 10; i++) etag = (await opened.port.put(name, bytes(bodies[i % 2]), { ifMatch: etag }))!;
      writing.abort();
      await reading;
      expect([...reads].filter((read) => !bodies.includes(read))).toEqual([]);
    });

    it('lists the names that begin with a prefix', async () => {
      await using opened = await open();
      const names = [
        'features_store/a/1/x',
        'features_store/a/2/y',
        'features_store/ab/1/x',
        'features_store/b',
        'other',
      ];
      for (const one of names) await opened.port.put(one, bytes(one), ifNone);
      expect(await listed(opened.port, '')).toEqual(names);
      expect(await listed(opened.port, 'features_store/')).toEqual(names.slice(0, 4));
      expect(await listed(opened.port, 'features_store/a')).toEqual(names.slice(0, 3));
      expect(await listed(opened.port, 'features_store/a/')).toEqual(names.slice(0, 2));
      expect(await listed(opened.port, 'features_store/a/2/y')).toEqual(['features_store/a/2/y']);
      expect(await listed(opened.port, 'features_store/b/')).toEqual([]);
      expect(await listed(opened.port, 'nothing/')).toEqual([]);
    });
  });
}
