import type { LineSum } from '@neartime/schemas';
import type { WindowPart, WindowState } from '@neartime/streams';
import { at } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { windowState } from '../src/index.ts';

const feature = { name: 'f', entity: 'device', since: at('09:00') } as const;
const ten = at('10:00');
const lines = (count: number): LineSum => ({ lines: count, high: count * 3, low: count * 7 });

interface Written {
  readonly lines: number;
  readonly state?: WindowState;
  readonly revision?: number;
}

/** The state of a window of two partitions: how many lines were sent to each, and of how many its parts were made. */
async function stateOf(
  sent: readonly (number | undefined)[],
  written: readonly (Written | undefined)[],
  comparison: Parameters<typeof windowState>[3] = {},
  window = ten,
) {
  const parts = written.flatMap((part, partition) =>
    part
      ? [{ ...{ feature: 'f', window, partition, state: 'written', revision: 0 }, ...part, lines: lines(part.lines) }]
      : [],
  );
  const catalogue = {
    linesSent: async () => sent.map((count) => (count === undefined ? undefined : lines(count))) as LineSum[],
    windowParts: async () => parts as unknown as WindowPart[],
  };
  return (await windowState(catalogue, feature, window, comparison)).is;
}

describe('a window is settled', () => {
  it('when every part was made of the lines that were sent to it', async () => {
    expect(await stateOf([3, 2], [{ lines: 3 }, { lines: 2 }])).toBe('settled');
  });

  it('when nothing was sent, whether or not parts say so', async () => {
    expect(await stateOf([], [])).toBe('settled');
    expect(await stateOf([], [{ lines: 0 }, undefined])).toBe('settled');
  });

  it('when it is before the beginning of the feature', async () => {
    expect(await stateOf([3, 2], [], {}, at('08:50'))).toBe('settled');
  });
});

describe('a window differs', () => {
  it.each([
    ['lines are missing', [3, 2], [{ lines: 3 }, { lines: 1 }]],
    ['there are lines that nobody sent', [3], [{ lines: 3 }, { lines: 1 }]],
    ['rows did not come whole', [3], [{ lines: 3, state: 'unfit' }]],
    ['a raw file could not be read', [3], [{ lines: 3, state: 'incomplete' }]],
    ['one part differs, while another is open', [3, 2], [{ lines: 2 }, undefined]],
  ] as const)('when %s', async (_, sent, written) => {
    expect(await stateOf(sent, written)).toBe('differs');
  });

  it('when as many lines are others', async () => {
    const parts = [{ feature: 'f', window: ten, partition: 0, state: 'written', lines: { lines: 3, high: 1, low: 2 } }];
    const catalogue = {
      linesSent: async () => [{ lines: 3, high: 1, low: 3 }],
      windowParts: async () => parts as unknown as WindowPart[],
    };
    expect((await windowState(catalogue, feature, ten)).is).toBe('differs');
  });

  it('when the stream has closed a part without lines, and lines came', async () => {
    expect(await stateOf([3, 2], [{ lines: 3 }, undefined], { closedUpTo: [ten, ten] })).toBe('differs');
    expect(await stateOf([3, 2], [{ lines: 3 }, undefined], { closedUpTo: [ten, ten - 600] })).toBe('open');
  });

  it('while a revision that was asked for does not stand on every part', async () => {
    const parts = (...revisions: number[]) => revisions.map((revision) => ({ lines: 3, revision }));
    expect(await stateOf([3, 3], parts(0, 0), { above: 0 })).toBe('differs');
    expect(await stateOf([3, 3], parts(1, 0), { above: 0 })).toBe('differs');
    expect(await stateOf([3, 3], parts(1, 1), { above: 0 })).toBe('settled');
    expect(await stateOf([3, 3], parts(1), { above: -1 })).toBe('differs');
  });
});

describe('a window is open', () => {
  it('while a part that lines were sent to is not written, or is to be written again by a rebuild', async () => {
    expect(await stateOf([3, 2], [{ lines: 3 }, undefined])).toBe('open');
    expect(await stateOf([3], [{ lines: 3, state: 'stale' }])).toBe('open');
  });
});
