import { features } from '@neartime/features';
import type { LineSum } from '@neartime/schemas';
import type { WindowPart } from '@neartime/streams';
import { at } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { type LostCatalogue, dueOnList, lostFromLog } from '../src/reprocess/due-windows.ts';

const [devices] = features;
const [ten, tenTen, tenTwenty] = [at('10:00'), at('10:10'), at('10:20')];
const lines: LineSum = { lines: 1, high: 1, low: 1 };

/** A catalogue of two partitions: their first windows, where lines were sent to, and what is written. */
const catalogueOf = (
  firsts: readonly (number | undefined)[],
  sent: ReadonlyMap<number, readonly boolean[]>,
  written: readonly (readonly [number, number, WindowPart['state']?])[],
): LostCatalogue => ({
  setting: async (key) => firsts[Number(key.at(-1))]?.toString(),
  touchedWindows: async (_, from, to) => [...sent.keys()].filter((window) => window >= from && window < to),
  linesSent: async (_, window) => sent.get(window)!.map((is) => (is ? lines : undefined)) as LineSum[],
  windowParts: async (filter) =>
    written
      .filter(([window]) => window === filter?.window)
      .map(([window, partition, state = 'written']) => ({ window, partition, state }) as WindowPart),
});
const both = [true, true];
const due = async (catalogue: LostCatalogue) =>
  (await lostFromLog(catalogue, devices, 2, new Map())).map(({ window }) => window);

describe('a window is to come from raw files', () => {
  it('not where the log has lost nothing', async () => {
    expect(await due(catalogueOf([undefined, undefined], new Map([[ten, both]]), []))).toEqual([]);
  });

  it('when it is before the first that the log holds whole, and not written', async () => {
    const sent = new Map([ten, tenTen, tenTwenty].map((window) => [window, both]));
    expect(
      await due(
        catalogueOf([tenTwenty, tenTwenty], sent, [
          [ten, 0],
          [ten, 1],
        ]),
      ),
    ).toEqual([tenTen]);
  });

  it('when one partition has lost it, and the other has written it from its log', async () => {
    expect(await due(catalogueOf([undefined, tenTen], new Map([[ten, both]]), [[ten, 0]]))).toEqual([ten]);
    expect(
      await due(
        catalogueOf([undefined, tenTen], new Map([[ten, both]]), [
          [ten, 0],
          [ten, 1],
        ]),
      ),
    ).toEqual([]);
    expect(await due(catalogueOf([undefined, tenTen], new Map([[ten, [true, false]]]), [[ten, 0]]))).toEqual([]);
  });

  it('when who computed it before died after the first of its parts, or rows of one were missing', async () => {
    const sent = new Map([[ten, both]]);
    expect(await due(catalogueOf([tenTen, tenTen], sent, [[ten, 0]]))).toEqual([ten]);
    expect(
      await due(
        catalogueOf([tenTen, tenTen], sent, [
          [ten, 0],
          [ten, 1, 'unfit'],
        ]),
      ),
    ).toEqual([ten]);
  });
});

describe('a window that is not lost', () => {
  const sent = new Map([[ten, both]]);
  it('is not looked at again, but when a partition says that it begins later', async () => {
    const whole = new Map<number, string>();
    const lost = async (firsts: (number | undefined)[]) =>
      (await lostFromLog(catalogueOf(firsts, sent, [[ten, 0]]), devices, 2, whole)).map(({ window }) => window);
    expect(await lost([tenTen, undefined])).toEqual([]);
    expect(whole.size).toBe(1);
    expect(await lost([tenTen, tenTen])).toEqual([ten]);
  });
});

describe('a window on the list is computed', () => {
  const check = {
    ...{ window: ten, notBefore: 0, asked: new Map<string, number>() },
    differing: new Map([[devices.name, { attempts: 1, dueAt: 100 }]]),
  };
  const made = (of: LineSum) => ({
    linesSent: async () => [lines],
    windowParts: async () => [{ partition: 0, state: 'written', lines: of, revision: 0 } as WindowPart],
    closedUpTo: async () => [ten],
  });
  const dueAt = async (now: number, of: LineSum) =>
    (await dueOnList([check], devices, made(of), now)).map(({ window }) => window);

  it('when its time has come and it differs still', async () => {
    const others = { lines: 1, high: 1, low: 2 };
    expect(await dueAt(99, others)).toEqual([]);
    expect(await dueAt(100, others)).toEqual([ten]);
  });

  it('not when what differed has been settled since, as by the row of a file that was still being read', async () => {
    expect(await dueAt(100, lines)).toEqual([]);
  });
});
