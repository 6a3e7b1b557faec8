import { describe, expect, it } from 'vitest';
import type { VersionedObjectStore } from '../src/index.ts';
import { collected } from './collected.ts';
import type { Open } from './opened.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const ifNone = { ifNoneMatch: '*' } as const;

/** The promises of VersionedObjectStore beyond those of ObjectStore. */
export function versionedObjectStoreContract(subject: string, open: Open<VersionedObjectStore>): void {
  describe(`${subject} as a versioned object store`, () => {
    it('lists every object below a prefix with the ETag that a head gives, and its size', async () => {
      await using opened = await open();
      for (const name of ['a/1', 'a/2', 'b/1']) await opened.port.put(name, bytes(name + name), ifNone);
      const listed = await collected(opened.port.listed('a/'));
      expect(listed.sort((one, other) => (one.name < other.name ? -1 : 1))).toEqual([
        { name: 'a/1', etag: await opened.port.head('a/1'), size: 6 },
        { name: 'a/2', etag: await opened.port.head('a/2'), size: 6 },
      ]);
    });

    it('reads an object with the ETag of just these bytes, whatever was listed before', async () => {
      await using opened = await open();
      const first = (await opened.port.put('a', bytes('one'), ifNone))!;
      const second = await opened.port.put('a', bytes('two'), { ifMatch: first });
      const { etag, body } = (await opened.port.read('a'))!;
      expect([etag, Buffer.from(body).toString()]).toEqual([second, 'two']);
      expect(etag).not.toBe(first);
    });

    it('reads nothing where there is nothing', async () => {
      await using opened = await open();
      expect(await opened.port.read('a')).toBeUndefined();
      expect(await collected(opened.port.listed(''))).toEqual([]);
    });
  });
}
