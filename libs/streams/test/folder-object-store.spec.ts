import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderObjectStore } from '../src/embedded/index.ts';
import { canSeeFlushes, flushedPaths } from './flushed-paths.ts';
import { collected } from './collected.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { inFolder, newFolder } from './opened.ts';

objectStoreContract(
  'FolderObjectStore',
  inFolder((folder) => new FolderObjectStore(folder)),
);

const name = 'features_store/a/part-00000.parquet';
const one = new TextEncoder().encode('one');
const ifNone = { ifNoneMatch: '*' } as const;

function place(folder: string): string {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  return join(folder, name);
}

it('gives equal bytes the ETag that they had', async () => {
  using folder = newFolder();
  const store = new FolderObjectStore(folder.path);
  const etag = (await store.put(name, one, ifNone))!;
  expect(await store.put(name, one, { ifMatch: etag })).toBe(etag);
});

it('sees nothing in the temporary file of a put that was killed, and puts over it', async () => {
  using folder = newFolder();
  writeFileSync(`${place(folder.path)}.tmp`, 'half an obj');
  const store = new FolderObjectStore(folder.path);
  expect(await store.head(name)).toBeUndefined();
  expect(await collected(store.list(''))).toEqual([]);
  await store.put(name, one, ifNone);
  expect(await store.get(name)).toEqual(Buffer.from(one));
  expect(existsSync(join(folder.path, `${name}.tmp`))).toBe(false);
});

it.runIf(canSeeFlushes)('has the bytes, then the name and its new folders on the disk when a put returns', async () => {
  using folder = newFolder();
  const store = new FolderObjectStore(folder.path);
  const below = (path: string) => join(folder.path, path);
  const first = await flushedPaths(() => store.put(name, one, ifNone));
  // The bytes first; the folders side by side.
  expect(first[0]).toBe(below(`${name}.tmp`));
  expect(first.slice(1).sort()).toEqual([folder.path, below('features_store'), below('features_store/a')]);
  const other = 'features_store/a/part-00001.parquet';
  const second = await flushedPaths(() => store.put(other, one, ifNone));
  expect(second).toEqual([below(`${other}.tmp`), below('features_store/a')]);
});

it.runIf(existsSync('/dev/full'))('says that the disk is full, names the file and leaves nothing', async () => {
  using folder = newFolder();
  symlinkSync('/dev/full', `${place(folder.path)}.tmp`);
  const store = new FolderObjectStore(folder.path);
  await expect(store.put(name, one, ifNone)).rejects.toMatchObject({
    name: 'StoreError',
    message: `store: cannot write ${join(folder.path, name)}: the disk is full; make room and run again (ENOSPC)`,
    retriable: false,
  });
  expect(await store.head(name)).toBeUndefined();
  expect(existsSync(join(folder.path, `${name}.tmp`))).toBe(false);
});

it('says that a file is in the place of a folder', async () => {
  using folder = newFolder();
  writeFileSync(join(folder.path, 'features_store'), '');
  const store = new FolderObjectStore(folder.path);
  await expect(store.put(name, one, ifNone)).rejects.toThrow(
    /cannot (read|write) .*: a file is in the place of its folder; move it away/,
  );
});
