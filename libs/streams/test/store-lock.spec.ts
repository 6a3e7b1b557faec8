import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockStore } from '../src/embedded/index.ts';
import { asNobody, canBeNobody } from './as-nobody.ts';
import { newFolder } from './opened.ts';

/** Another process that has the lock of a folder. */
async function holderOf(folder: string): Promise<ChildProcess> {
  const lock = new URL('../src/embedded/store-lock.ts', import.meta.url).href;
  const program = `import { lockStore } from '${lock}';
    globalThis.held = lockStore(process.argv[1]);
    process.stdout.write('held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return child;
}

it('refuses a second process with the pid of the first, and is free when that is killed', async () => {
  using folder = newFolder();
  const child = await holderOf(folder.path);
  try {
    expect(() => lockStore(folder.path)).toThrow(
      `store: ${folder.path} is in use by another neartime process (pid ${child.pid}); wait for it or end it`,
    );
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  using _ = lockStore(folder.path);
});

it('is free when its holder lets go', () => {
  using folder = newFolder();
  {
    using _ = lockStore(folder.path);
    expect(() => lockStore(folder.path)).toThrow(`in use by another neartime process (pid ${process.pid})`);
  }
  using _ = lockStore(folder.path);
});

it.each([
  [
    'a folder in place of the lock',
    '.lock',
    (path: string) => mkdirSync(path),
    'a folder is in its place; move it away',
  ],
  [
    'something else in it',
    '.lock',
    (path: string) => writeFileSync(path, 'x'.repeat(5000)),
    'it is not a SQLite database',
  ],
  [
    'a folder in place of the pid',
    '.lock.pid',
    (path: string) => mkdirSync(path),
    'a folder is in its place; move it away',
  ],
])('says what is wrong with %s', (_, name, spoil, why) => {
  using folder = newFolder();
  const path = join(folder.path, name);
  spoil(path);
  expect(() => lockStore(folder.path)).toThrow(`store: cannot lock ${folder.path} with ${path}: ${why}`);
});

it('says that there is no such folder', () => {
  using folder = newFolder();
  const missing = join(folder.path, 'missing');
  expect(() => lockStore(missing)).toThrow(
    `store: cannot lock ${missing} with ${join(missing, '.lock')}: it is not there`,
  );
});

it.runIf(canBeNobody)('says that this user may not write the folder', async () => {
  using folder = newFolder();
  await asNobody(folder.path, { path: folder.path, mode: 0o555 }, async () => {
    expect(() => lockStore(folder.path)).toThrow(
      `store: cannot lock ${folder.path} with ${join(folder.path, '.lock')}: this user may not; grant it or choose another folder (EACCES)`,
    );
  });
});
