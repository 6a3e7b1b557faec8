import { topics } from '@neartime/schemas';
import { objectName } from '@neartime/streams';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it, vi } from 'vitest';
import { Writing, table, ten } from './writing.ts';

const name = objectName(table.feature, ten, 0);
const ab = { 'b 😀': 2, a: 1 };

async function stored({ objects }: Writing): Promise<unknown> {
  const body = await objects.get(name);
  if (!body) return undefined;
  const rows = await parquetReadObjects({ file: Uint8Array.from(body).buffer });
  return Object.fromEntries(rows.map((row) => [row['id'], row[table.column]]));
}

describe('a revision of a window', () => {
  it('is written when all of it has come: the object, the rows, the catalogue', async () => {
    using writing = await Writing.begin();
    const { worker } = writing;
    await worker.take(writing.rows(ab));
    expect(await stored(writing)).toBeUndefined();
    expect(worker.commit()).toEqual({ offset: 0, metadata: '' });
    await worker.take([writing.end(ab)]);
    expect(worker.commit()).toEqual({ offset: 3, metadata: '' });
    expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
    expect(await writing.onlineValues('a', 'b 😀')).toEqual([
      [1, 0],
      [2, 0],
    ]);
    const metadata = (await writing.objects.describe(name))!.metadata;
    expect(metadata).toMatchObject({ revision: '0' });
    expect(await writing.catalogue.windowParts()).toMatchObject([
      {
        feature: table.feature,
        window: ten,
        partition: 0,
        revision: 0,
        rows: 2,
        checksum: metadata['checksum'],
        lines: { lines: 9 },
        state: 'written',
      },
    ]);
  });

  it('has of a key the row that came last, as when its sender began anew', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([...writing.rows({ a: 7 }), ...writing.rows(ab), writing.end(ab)]);
    expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
  });

  it('whose rows are not those that its end tells of is put into the catalogue alone, as unfit, and may come again', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([...writing.rows({ a: 1 }), writing.end(ab)]);
    expect(writing.written).toMatchObject([{ is: 'unfit' }]);
    expect(await stored(writing)).toBeUndefined();
    expect(await writing.onlineValues('a')).toEqual([undefined]);
    expect(await writing.catalogue.windowParts()).toMatchObject([{ state: 'unfit', revision: 0 }]);
    await writing.worker.take([...writing.rows(ab), writing.end(ab)]);
    expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
    expect(await writing.catalogue.windowParts()).toMatchObject([{ state: 'written' }]);
  });

  it('that stands is not written again by who reads the log once more', async () => {
    using writing = await Writing.begin();
    const records = [...writing.rows(ab), writing.end(ab)];
    await writing.worker.take(records);
    const etag = await writing.objects.head(name);
    await (await writing.open()).take(records);
    expect(writing.written).toHaveLength(1);
    expect(await writing.objects.head(name)).toBe(etag);
  });

  it('replaces lower ones, and is not replaced by them when they wake up late', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([...writing.rows(ab), writing.end(ab)]);
    await writing.worker.take([...writing.rows({ a: 5 }, 1), writing.end({ a: 5 }, 1)]);
    expect(await stored(writing)).toEqual({ a: 5n });
    expect(await writing.onlineValues('a')).toEqual([[5, 1]]);
    await (await writing.open()).take([...writing.rows(ab), writing.end(ab)]);
    expect(await stored(writing)).toEqual({ a: 5n });
    expect(await writing.catalogue.windowParts()).toMatchObject([{ revision: 1, rows: 1 }]);
  });

  it('ends the lower ones that have not come whole', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([...writing.rows({ a: 1 }), ...writing.rows(ab, 1), writing.end(ab, 1)]);
    expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
    expect(writing.worker.commit()).toEqual({ offset: 4, metadata: '' });
    await writing.worker.take([writing.end({ a: 1 })]);
    expect(await writing.catalogue.windowParts()).toMatchObject([{ revision: 1 }]);
  });

  it('without rows makes no object, but empties the one that stands', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([writing.end({})]);
    expect(await writing.objects.head(name)).toBeUndefined();
    expect(await writing.catalogue.windowParts()).toMatchObject([{ rows: 0, revision: 0, state: 'written' }]);
    await writing.worker.take([...writing.rows(ab, 1), writing.end(ab, 1), writing.end({}, 2)]);
    expect(await stored(writing)).toEqual({});
  });

  it('does not put back what another writer has replaced meanwhile', async () => {
    using writing = await Writing.begin();
    const { objects } = writing;
    const describeNow = objects.describe.bind(objects);
    // It sleeps between looking and putting; meanwhile revision 1 is written.
    let isFirst = true;
    objects.describe = async (one) => {
      const found = await describeNow(one);
      if (isFirst) {
        isFirst = false;
        await (await writing.open()).take([...writing.rows({ a: 5 }, 1), writing.end({ a: 5 }, 1)]);
      }
      return found;
    };
    await writing.worker.take([...writing.rows(ab), writing.end(ab)]);
    expect(await stored(writing)).toEqual({ a: 5n });
    expect(await writing.onlineValues('a')).toEqual([[5, 1]]);
  });

  it('takes from the online store the keys that it has not any more, also after a crash in between', async () => {
    using writing = await Writing.begin();
    const before = { a: 1, b: 1, c: 1 };
    await writing.worker.take([...writing.rows(before), writing.end(before)]);
    const later = { a: 2 };
    const next = ten + 600;
    await writing.worker.take([...writing.rows(later, 0, { window: next }), writing.end(later, 0, next)]);
    // Of the next window revision 1 has b, which comes back from the window before in revision 2.
    await writing.worker.take([...writing.rows({ b: 3 }, 1, { window: next }), writing.end({ b: 3 }, 1, next)]);
    expect(await writing.onlineValues('a', 'b', 'c')).toEqual([
      [1, 0],
      [3, 1],
      [1, 0],
    ]);
    using put = vi.spyOn(writing.objects, 'put').mockRejectedValueOnce(new Error('killed'));
    const second = [...writing.rows({ a: 4 }, 2, { window: next }), writing.end({ a: 4 }, 2, next)];
    await expect(writing.worker.take(second)).rejects.toThrow('killed');
    await (await writing.open()).take(second);
    expect(put).toHaveBeenCalledTimes(2);
    expect(await writing.onlineValues('a', 'b', 'c')).toEqual([
      [4, 2],
      [1, 0],
      [1, 0],
    ]);
  });

  it('says so when the object that it replaces cannot be read', async () => {
    using writing = await Writing.begin();
    await writing.objects.put(name, Buffer.from('no Parquet'), { ifNoneMatch: '*' });
    await writing.worker.take([...writing.rows(ab), writing.end(ab)]);
    expect(writing.damaged).toEqual([name]);
    expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
  });

  it('that is put over a newer one, whose bytes were there before, makes the window due', async () => {
    using writing = await Writing.begin();
    const first = { a: 1 };
    await writing.worker.take([...writing.rows(first), writing.end(first)]);
    const describeNow = writing.objects.describe.bind(writing.objects);
    let isFirst = true;
    // It sleeps between looking and putting; meanwhile revision 1 is written by another, and revision 2, which is as revision 0 was.
    writing.objects.describe = async (one) => {
      const found = await describeNow(one);
      if (!isFirst) return found;
      isFirst = false;
      const other = await writing.open();
      await other.take([...writing.rows(ab, 1), writing.end(ab, 1), ...writing.rows(first, 2), writing.end(first, 2)]);
      return found;
    };
    await writing.worker.take([...writing.rows(ab, 1), writing.end(ab, 1)]);
    expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
    expect(await writing.catalogue.windowParts()).toMatchObject([{ revision: 2, state: 'unfit' }]);
    expect(writing.written.map(({ is }) => is)).toEqual(['written', 'written', 'written', 'older']);
  });

  it('holds every 64-bit number exactly', async () => {
    using writing = await Writing.begin();
    const large = { a: 2n ** 63n - 1n, b: 2n ** 53n + 1n };
    await writing.worker.take([...writing.rows(large), writing.end(large)]);
    expect(await stored(writing)).toEqual(large);
    expect(await writing.onlineValues('a', 'b')).toEqual([
      [large.a, 0],
      [large.b, 0],
    ]);
  });
});

describe('provisional rows', () => {
  it('go to the online store alone, and hold no commit back', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([
      ...writing.rows({ a: 1, b: 1 }, -1, { lines: 3 }),
      ...writing.rows({ a: 2 }, -1, { lines: 5 }),
    ]);
    expect(await writing.onlineValues('a', 'b')).toEqual([
      [2, 'provisional'],
      [1, 'provisional'],
    ]);
    expect(await stored(writing)).toBeUndefined();
    expect(writing.worker.commit()).toEqual({ offset: 3, metadata: '' });
  });

  it('that wake up late do not hide the final ones', async () => {
    using writing = await Writing.begin();
    await writing.worker.take([...writing.rows(ab), writing.end(ab)]);
    await writing.worker.take(writing.rows({ a: 9 }, -1, { lines: 8 }));
    expect(await writing.onlineValues('a')).toEqual([[1, 0]]);
  });
});

it('goes on behind a record that cannot be decoded, which is buried with its place', async () => {
  using writing = await Writing.begin();
  const junk = writing.record(Buffer.from('{"junk": 1}'));
  await writing.worker.take([junk, ...writing.rows(ab), writing.end(ab)]);
  expect(await stored(writing)).toEqual({ a: 1n, 'b 😀': 2n });
  expect(writing.log.records({ topic: topics.deadLetters, partition: 0 })).toHaveLength(1);
});
