import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { objectName } from '@neartime/streams/object-name';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchParts } from '../remote/fetch-parts.ts';
import { PartsCache, type PartsView } from '../remote/parts-cache.ts';
import { CountingStore } from './fetched.ts';
import { temporaryFolder } from './stores.ts';

const root = temporaryFolder();
const folder = join(root, 'cache');
const cache = new PartsCache(folder);
const nine = 1_533_114_000;
const name = (i: number) => objectName('f', nine + i * 600, 0);
const bytes = (text: string) => new TextEncoder().encode(text);
const wanted = [{ feature: 'f', filters: [[]], from: -Infinity, to: Infinity }];
let store: CountingStore;

beforeEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  store = new CountingStore();
  for (const i of [0, 1, 2]) await store.set(name(i), bytes(`part ${i}`));
});
afterAll(() => rmSync(root, { recursive: true }));

const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((each) => statSync(join(path, each)).isFile())
    .sort();

const seenIn = (view: PartsView): Record<string, string> =>
  Object.fromEntries(filesBelow(view.folder).map((file) => [file, readFileSync(join(view.folder, file), 'utf8')]));

/** What a view shows, and what had to be fetched for it. */
async function look(): Promise<{ seen: Record<string, string>; fetched: string[] }> {
  await using view = await cache.openView();
  await fetchParts(store, wanted, view);
  return { seen: seenIn(view), fetched: store.takeFetched() };
}

const kept = () => filesBelow(join(folder, 'kept'));

describe('a cache of parts', () => {
  it('fetches an object once, and again when it has changed', async () => {
    expect((await look()).fetched).toEqual([0, 1, 2].map(name));
    expect((await look()).fetched).toEqual([]);
    await store.set(name(1), bytes('revised'));
    await store.set(name(3), bytes('new'));
    const { seen, fetched } = await look();
    expect(fetched).toEqual([1, 3].map(name));
    expect(seen).toEqual({ [name(0)]: 'part 0', [name(1)]: 'revised', [name(2)]: 'part 2', [name(3)]: 'new' });
    expect(kept()).toHaveLength(4);
  });

  it('shows what the store has now, whatever it keeps', async () => {
    await look();
    store = new CountingStore();
    await store.set(name(2), bytes('part 2'));
    expect(await look()).toEqual({ seen: { [name(2)]: 'part 2' }, fetched: [] });
  });

  it('leaves no view behind, also after a failure', async () => {
    await look();
    store.read = async () => {
      throw new Error('broken off');
    };
    await store.set(name(1), bytes('revised'));
    await expect(look()).rejects.toThrow('broken off');
    expect(readdirSync(join(folder, 'views'))).toEqual([]);
  });

  it('files an object under the version that came, not that which was listed', async () => {
    const listed = store.listed.bind(store);
    store.listed = async function* (prefix) {
      yield* listed(prefix);
      await this.set(name(0), bytes('in between'));
    };
    expect((await look()).seen[name(0)]).toBe('in between');
    store.listed = listed;
    expect(await look()).toMatchObject({ seen: { [name(0)]: 'in between' }, fetched: [] });
  });

  it('leaves out an object that goes between listing and reading', async () => {
    const read = store.read.bind(store);
    store.read = async (each) => (each === name(0) ? undefined : read(each));
    expect(Object.keys((await look()).seen)).toEqual([1, 2].map(name));
  });

  it('fetches again what it does not have whole', async () => {
    await look();
    truncateSync(join(folder, 'kept', kept()[0]), 1);
    const { seen, fetched } = await look();
    expect(fetched).toEqual([name(0)]);
    expect(seen[name(0)]).toBe('part 0');
  });

  it('keeps a view as it is while others renew and remove copies', async () => {
    await using first = await cache.openView();
    await fetchParts(store, wanted, first);
    const before = seenIn(first);
    await store.set(name(0), bytes('revised'));
    await look();
    rmSync(join(folder, 'kept'), { recursive: true });
    expect(seenIn(first)).toEqual(before);
    expect((await look()).seen[name(0)]).toBe('revised');
  });

  it('serves many at once, each with all that there is', async () => {
    for (let i = 3; i < 60; i++) await store.set(name(i), bytes(`part ${i}`));
    const expected = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [name(i), `part ${i}`]));
    const looks = await Promise.all(Array.from({ length: 5 }, () => look()));
    for (const { seen } of looks) expect(seen).toEqual(expected);
    expect(kept()).toHaveLength(60);
    expect((await look()).fetched).toEqual([]);
  });

  it('fetches a bounded number at once', async () => {
    for (let i = 3; i < 100; i++) await store.set(name(i), bytes(`part ${i}`));
    await look();
    expect(store.mostAtOnce).toBeGreaterThan(8);
    expect(store.mostAtOnce).toBeLessThanOrEqual(16);
  });

  it('removes what a killed process has left, after a day', async () => {
    const [old, young] = ['old', 'young'].map((each) => join(folder, 'views', each));
    for (const left of [old, young]) {
      mkdirSync(left, { recursive: true });
      writeFileSync(join(left, 'half'), 'half');
    }
    utimesSync(old, new Date(), new Date(Date.now() - 2 * 86_400_000));
    await look();
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it("is its owner's alone", async () => {
    await look();
    expect(statSync(join(folder, 'kept')).mode & 0o077).toBe(0);
  });
});
