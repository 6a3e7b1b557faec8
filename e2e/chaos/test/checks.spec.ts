import { features } from '@neartime/features';
import type cassandra from 'cassandra-driver';
import { describe, expect, it } from 'vitest';
import { unequalFiles } from '../src/checks/files.ts';
import { orphans, unequalObjects } from '../src/checks/objects.ts';
import { reusedRevisions } from '../src/checks/revisions.ts';
import { OnlineWatch, mayFollow } from '../src/online-watch.ts';
import type { FileCounts, StoredPart } from '../src/stores.ts';

describe('a row of the online store', () => {
  const provisional = { window: 600, final: false, revision: 0 };
  const final = { window: 600, final: true, revision: 0 };
  const revised = { window: 600, final: true, revision: 1 };
  const next = { window: 1200, final: false, revision: 0 };

  it('moves from provisional to final to revised, and to the next window', () => {
    const order = [provisional, final, revised, next];
    for (const [n, before] of order.entries())
      for (const [m, after] of order.entries()) expect(mayFollow(before, after), `${n} to ${m}`).toBe(m >= n);
  });
});

it('whoever watches the online store keeps what went back, and only that', async () => {
  let window = 1200;
  const row = () => ({
    id: 'a',
    country: 'pl',
    brand: 'olx',
    window: new Date(window * 1000),
    final: true,
    revision: 0,
  });
  const client = { execute: async () => [row()], shutdown: async () => undefined } as unknown as cassandra.Client;
  await using watch = new OnlineWatch(client, 'k', features.slice(0, 1));
  for (window of [1200, 1800, 1800]) await watch.look();
  expect(watch.violations).toEqual([]);
  window = 600;
  await watch.look();
  expect(watch.violations).toHaveLength(1);
});

describe('objects', () => {
  const part: StoredPart = { name: 'a', revision: 0, rows: 1, etag: '"e"', state: 'written' };
  const object = { sha256: 'x', etag: 'e', revision: 0 };
  const expected = { objects: () => ({ a: 'x' }) };

  it('are those of a backfill', () => {
    expect(unequalObjects(expected, new Map([['a', object]]), [part])).toEqual([]);
    expect(unequalObjects(expected, new Map([['a', { ...object, sha256: 'y' }]]), [part])).toHaveLength(2);
    expect(unequalObjects(expected, new Map(), [part])).toHaveLength(1);
  });

  it('count as none when they have no rows', () => {
    const emptied = { ...part, name: 'b', rows: 0 };
    const objects = new Map(['a', 'b'].map((name) => [name, object]));
    expect(unequalObjects(expected, objects, [part, emptied])).toEqual([]);
    expect(unequalObjects(expected, objects, [part, { ...emptied, rows: 1 }])).toHaveLength(1);
  });

  it('are named by the catalogue, as what stands', () => {
    expect(orphans(new Map([['a', object]]), [part])).toEqual([]);
    expect(orphans(new Map([['a', object]]), [])).toHaveLength(1);
    expect(orphans(new Map([['a', { ...object, etag: 'f' }]]), [part])).toHaveLength(1);
    expect(orphans(new Map(), [part])).toHaveLength(1);
  });
});

describe('files', () => {
  const file: FileCounts = {
    ...{ path: 'a', state: 'done', reason: null },
    ...{ read: 3, events: 1, blank: 1, rejected: { not_json: 1 } },
  };

  it('account for every line', () => {
    expect(unequalFiles([file], [file])).toEqual([]);
    expect(unequalFiles([{ ...file, events: 0 }], [{ ...file, events: 0 }])).toHaveLength(1);
    expect(unequalFiles([file], [])).toHaveLength(1);
  });
});

describe('a revision number', () => {
  const closing = { feature: 'f', window: 600, partition: 0, revision: 1, content: 'a' };

  it('stands for one content, however often it is sent', () => {
    expect(reusedRevisions([closing, closing, { ...closing, revision: 2, content: 'b' }])).toEqual([]);
    expect(reusedRevisions([closing, { ...closing, content: 'b' }])).toHaveLength(1);
  });
});
