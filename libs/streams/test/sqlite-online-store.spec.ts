import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { SqliteOnlineStore } from '../src/embedded/index.ts';
import { canSeeFlushes, flushedPaths } from './flushed-paths.ts';
import { inFolder, newFolder } from './opened.ts';
import { exclusiveOnlineStoreContract } from './exclusive-online-store.contract.ts';
import { browses, row, write } from './online-rows.ts';

exclusiveOnlineStoreContract(
  'SqliteOnlineStore',
  inFolder((folder) => new SqliteOnlineStore(join(folder, 'online.db'))),
);

const window = 1_533_081_600;

it('takes the later of two writes with one write time: the writer was killed and has learnt more', async () => {
  using folder = newFolder();
  using store = new SqliteOnlineStore(join(folder.path, 'online.db'));
  await store.write([write(window, { final: 0 }, [row('a', 1)])]);
  await store.write([write(window, { final: 0 }, [row('a', 2)])]);
  expect((await store.get(browses, 'a'))[0].value).toBe(2);
});

it('writes nothing of a call of which one part fails', async () => {
  using folder = newFolder();
  using store = new SqliteOnlineStore(join(folder.path, 'online.db'));
  const nan = write(window, { final: 0 }, [row('b', NaN)]);
  await expect(store.write([write(window, { final: 0 }, [row('a', 1)]), nan])).rejects.toThrow(/NOT NULL/);
  expect(await store.get(browses, 'a')).toEqual([]);
});

it('prepares no more statements for a thousand windows than for the sizes that parts may have', async () => {
  using folder = newFolder();
  using store = new SqliteOnlineStore(join(folder.path, 'online.db'));
  using prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  for (let i = 0; i < 1000; i++) {
    const rows = Array.from({ length: i % 120 }, (_, id) => row(`id ${id}`, i));
    await store.write([write(window + i * 600, i % 2 ? { final: i } : { provisional: i }, rows)]);
  }
  expect(prepare.mock.calls.length).toBeLessThan(60);
});

it.runIf(canSeeFlushes)(
  'has the log of what was written on the disk after a flush, and its name the first time',
  async () => {
    using folder = newFolder();
    const path = join(folder.path, 'online.db');
    using store = new SqliteOnlineStore(path);
    const writeAndFlush = (value: number) => async () => {
      await store.write([write(window, { final: value }, [row('a', value)])]);
      await store.flush();
    };
    expect(await flushedPaths(writeAndFlush(1))).toEqual([`${path}-wal`, folder.path]);
    expect(await flushedPaths(writeAndFlush(2))).toEqual([`${path}-wal`]);
  },
);

it('keeps its log to some tens of megabytes', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'online.db');
  using store = new SqliteOnlineStore(path);
  for (let i = 0; i < 30; i++) {
    const rows = Array.from({ length: 2000 }, (_, id) => row(`${id} ${'long '.repeat(200)}`, i));
    await store.write([write(window + i * 600, { final: 0 }, rows)]);
  }
  expect(statSync(`${path}-wal`).size).toBeLessThan(60e6);
});

it('shows another process nothing of a write before it is ready', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'online.db');
  using store = new SqliteOnlineStore(path);
  using reader = new SqliteOnlineStore(path, { readOnly: true });
  const many = Array.from({ length: 7000 }, (_, id) => row(`id ${String(id).padStart(5, '0')}`, id));
  const ready = Promise.withResolvers<void>();
  const written = store.write([write(window, { final: 0 }, many)], ready.promise);
  for (let i = 0; i < 20; i++) {
    await setTimeout(2);
    expect(await reader.keysOf(browses, window)).toEqual([]);
  }
  ready.resolve();
  await written;
  expect(await reader.keysOf(browses, window)).toHaveLength(7000);
});

it('gives rows to another process while they are being written', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'online.db');
  using store = new SqliteOnlineStore(path);
  using reader = new SqliteOnlineStore(path, { readOnly: true });
  expect(await reader.get(browses, 'a')).toEqual([]);
  await store.write([write(window, { final: 0 }, [row('a', 1)])]);
  expect((await reader.get(browses, 'a'))[0].value).toBe(1);
});
