import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderReservoir } from '../src/embedded/index.ts';
import { asNobody, canBeNobody } from './as-nobody.ts';
import { collected } from './collected.ts';
import { newFolder } from './opened.ts';
import { paths, reservoirContract } from './reservoir.contract.ts';

function fill(folder: string, path: string, text: string | Uint8Array = 'x'): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

reservoirContract('FolderReservoir', async () => {
  const folder = newFolder();
  mkdirSync(join(folder.path, 'in'));
  return {
    port: new FolderReservoir(folder.path),
    fill: async (path, text) => fill(folder.path, path, text),
    [Symbol.asyncDispose]: async () => folder.remove(),
  };
});

it('follows links to folders and to files', async () => {
  using folder = newFolder();
  fill(folder.path, 'in/a/1.gz');
  fill(folder.path, 'elsewhere/deep/2.gz');
  fill(folder.path, 'elsewhere/packed');
  symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'in/linked'));
  symlinkSync('../../elsewhere/packed', join(folder.path, 'in/a/3.gz'));
  symlinkSync('../../elsewhere/packed', join(folder.path, 'in/a/not-packed'));
  expect(await paths(new FolderReservoir(folder.path))).toEqual(['in/a/1.gz', 'in/a/3.gz', 'in/linked/deep/2.gz']);
});

it('takes in/ itself from behind a link', async () => {
  using folder = newFolder();
  fill(folder.path, 'elsewhere/1.gz');
  symlinkSync('elsewhere', join(folder.path, 'in'));
  expect(await paths(new FolderReservoir(folder.path))).toEqual(['in/1.gz']);
});

it('goes round no loop of links, and leaves out links to nothing', async () => {
  using folder = newFolder();
  fill(folder.path, 'in/a/1.gz');
  fill(folder.path, 'in/b/2.gz');
  symlinkSync('..', join(folder.path, 'in/a/up'));
  symlinkSync('../..', join(folder.path, 'in/a/over'));
  symlinkSync('self', join(folder.path, 'in/self'));
  symlinkSync('nothing', join(folder.path, 'in/gone.gz'));
  symlinkSync('../b', join(folder.path, 'in/a/to-b'));
  symlinkSync('../a', join(folder.path, 'in/b/to-a'));
  expect(await paths(new FolderReservoir(folder.path))).toEqual([
    ...['in/a/1.gz', 'in/a/to-b/2.gz', 'in/b/2.gz', 'in/b/to-a/1.gz'],
  ]);
});

it('takes a folder that goes away while it lists for an empty one', async () => {
  using folder = newFolder();
  for (const source of ['a', 'b']) for (let i = 0; i < 50; i++) fill(folder.path, `in/${source}/${i}.gz`);
  const found: string[] = [];
  for await (const { path } of new FolderReservoir(folder.path).list()) {
    if (found.length === 0) rmSync(join(folder.path, path.startsWith('in/a') ? 'in/b' : 'in/a'), { recursive: true });
    found.push(path);
  }
  expect(new Set(found.map((path) => dirname(path))).size).toBe(1);
  expect(found).toHaveLength(50);
});

it('does not take a reservoir without in/ for an empty one', async () => {
  using folder = newFolder();
  await expect(paths(new FolderReservoir(folder.path))).rejects.toMatchObject({
    name: 'StoreError',
    message: `reservoir: cannot read ${join(folder.path, 'in')}: it is not there; look at the path (ENOENT)`,
    retriable: false,
  });
});

it.runIf(canBeNobody)('says which folder this user may not read; trying again may help', async () => {
  using folder = newFolder();
  fill(folder.path, 'in/a/1.gz');
  await asNobody(folder.path, { path: join(folder.path, 'in/a'), mode: 0o000 }, async () => {
    await expect(paths(new FolderReservoir(folder.path))).rejects.toMatchObject({
      name: 'StoreError',
      message: `reservoir: cannot read ${join(folder.path, 'in/a')}: this user may not; grant it or choose another folder (EACCES)`,
      retriable: true,
    });
  });
});

it.runIf(canBeNobody)('refuses a file that this user may not read, and no other', async () => {
  using folder = newFolder();
  fill(folder.path, 'in/a/1.gz');
  fill(folder.path, 'in/b/2.gz');
  const reservoir = new FolderReservoir(folder.path);
  const { version } = await reservoir.stat('in/a/1.gz');
  const forbidden = { name: 'FileRefused', reason: 'forbidden' };
  await asNobody(folder.path, { path: join(folder.path, 'in/a'), mode: 0o000 }, async () => {
    await expect(reservoir.stat('in/a/1.gz')).rejects.toMatchObject(forbidden);
    await expect(collected(reservoir.open('in/a/1.gz', version))).rejects.toMatchObject(forbidden);
    expect((await reservoir.stat('in/b/2.gz')).size).toBe(1);
  });
});

it('throws what the system says of a file that is opened in any version', async () => {
  using folder = newFolder();
  fill(folder.path, 'in/a/1.gz');
  const opening = collected(new FolderReservoir(folder.path).open('in/a/2.gz'));
  await expect(opening).rejects.toMatchObject({ syscall: 'open', code: 'ENOENT' });
});
