import { describe, expect, it } from 'vitest';
import type { DescribedObjectStore } from '../src/index.ts';
import type { Open } from './opened.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const name = 'features_store/a/year=2018/part-00000.parquet';
const ifNone = { ifNoneMatch: '*' } as const;
const first = { revision: '0', checksum: '8f14e45fceea167a' };
const second = { revision: '1', checksum: 'c9f0f895fb98ab91' };

/** The promises of DescribedObjectStore beyond those of ObjectStore. */
export function describedObjectStoreContract(subject: string, open: Open<DescribedObjectStore>): void {
  describe(`${subject} as a described object store`, () => {
    it('describes nothing where there is nothing', async () => {
      await using opened = await open();
      expect(await opened.port.describe(name)).toBeUndefined();
    });

    it('gives back what was put beside the bytes, which stay as they are', async () => {
      await using opened = await open();
      const etag = await opened.port.put(name, bytes('one'), ifNone, first);
      expect(await opened.port.describe(name)).toEqual({ etag, metadata: first });
      expect(await opened.port.head(name)).toBe(etag);
      expect(Buffer.from((await opened.port.get(name))!).toString()).toBe('one');
    });

    it('describes an object that was put with nothing beside it', async () => {
      await using opened = await open();
      const etag = await opened.port.put(name, bytes('one'), ifNone);
      expect(await opened.port.describe(name)).toEqual({ etag, metadata: {} });
    });

    it.each(['year=2018', '100 %', '%41', ' a "quoted", text; ', 'żółw 😀'])('keeps the text %j', async (text) => {
      await using opened = await open();
      await opened.port.put(name, bytes('one'), ifNone, { text });
      expect((await opened.port.describe(name))?.metadata).toEqual({ text });
    });

    it('replaces all of it with the object', async () => {
      await using opened = await open();
      const one = (await opened.port.put(name, bytes('one'), ifNone, { ...first, writer: 'a' }))!;
      const two = await opened.port.put(name, bytes('two'), { ifMatch: one }, second);
      expect(await opened.port.describe(name)).toEqual({ etag: two, metadata: second });
    });

    it('leaves it when a put is refused', async () => {
      await using opened = await open();
      const etag = await opened.port.put(name, bytes('one'), ifNone, first);
      expect(await opened.port.put(name, bytes('two'), ifNone, second)).toBeUndefined();
      expect(await opened.port.put(name, bytes('two'), { ifMatch: 'an etag' }, second)).toBeUndefined();
      expect(await opened.port.describe(name)).toEqual({ etag, metadata: first });
    });

    it('keeps what is beside each object apart', async () => {
      await using opened = await open();
      await opened.port.put(name, bytes('one'), ifNone, first);
      await opened.port.put(`${name}-2`, bytes('one'), ifNone, second);
      expect((await opened.port.describe(name))?.metadata).toEqual(first);
      expect((await opened.port.describe(`${name}-2`))?.metadata).toEqual(second);
    });
  });
}
