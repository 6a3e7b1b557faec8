import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { at, rawFilePath, temporaryFolder, treeHash, writeRawBytes, writeRawFile } from './index.ts';

it('names a raw file by its source and its time in UTC', () => {
  expect(rawFilePath('in/horizontals/olx/android', '2018-08-01T10:42:34Z')).toBe(
    'in/horizontals/olx/android/2018/08/01/201808-01-104234.gz',
  );
  expect(at('10:42:34')).toBe(Date.parse('2018-08-01T10:42:34Z') / 1_000);
  expect(at('10:42')).toBe(at('10:42:00'));
});

it('gives two trees the same hash only when every path and every byte is the same', () => {
  using one = temporaryFolder();
  using other = temporaryFolder();
  for (const { path } of [one, other]) {
    writeRawFile(path, 'in/a', '2018-08-01T10:00:00Z', ['{}']);
    writeRawBytes(path, 'empty', Buffer.alloc(0));
  }
  expect(treeHash(one.path)).toEqual(treeHash(other.path));
  expect(treeHash(one.path).empty).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(Object.keys(treeHash(one.path))).toEqual(['empty', 'in/a/2018/08/01/201808-01-100000.gz']);
  writeFileSync(join(one.path, 'empty'), 'x');
  expect(treeHash(one.path)).not.toEqual(treeHash(other.path));
});

it('takes a temporary folder away with all that is in it', () => {
  const folder = temporaryFolder();
  writeRawBytes(folder.path, 'in/a/file', Buffer.from('x'));
  folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});
