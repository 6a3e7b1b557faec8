import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventFold,
  type OpenWindow,
  type TakenRows,
  buffersOfPart,
  checksum,
  mergeFolded,
  packPart,
  sortRows,
} from '../../src/index.ts';
import {
  type Row,
  windowOf,
  fileIdOf,
  sortedMap,
  bruteForce,
  fold,
  moved,
  parts,
  rowsOf,
  OpenWindows,
  plain,
  anyFiles,
  anyPartitions,
} from './folding.ts';
import { type SampleEvent, anyFile, features, schema } from './sample-events.ts';

describe('folding files and merging them', () => {
  it('gives the rows and the lines that a brute force over all events gives', () => {
    fc.assert(
      fc.property(anyFiles, anyPartitions, (files, partitions) => {
        const windows = new OpenWindows({ partitions, tracksChanges: false });
        files.forEach((events, file) =>
          mergeFolded(moved(fold(events, { partitions }).folded), fileIdOf(file), windows.open),
        );
        expect(plain(windows.outcome())).toEqual(plain(bruteForce(files, partitions)));
      }),
      { numRuns: 120 },
    );
  });

  it('gives the same bits whatever the order of files, of events, of windows and of crossing threads', () => {
    const shuffled = anyFiles.chain((files) =>
      fc.record({
        files: fc.constant(files),
        order: fc.shuffledSubarray([...files.keys()], { minLength: files.length }),
        turn: fc.nat(50),
        crosses: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ files, order, turn, crosses }) => {
        const options = { partitions: 4, tracksChanges: false };
        const one = new OpenWindows(options);
        files.forEach((events, file) => mergeFolded(fold(events).folded, fileIdOf(file), one.open));
        const other = new OpenWindows(options);
        for (const file of order) {
          const turned = [...files[file].slice(turn), ...files[file].slice(0, turn)];
          const { folded } = fold(turned);
          mergeFolded(crosses ? moved(folded) : folded, fileIdOf(file), other.open);
        }
        const sums = (windows: OpenWindows) =>
          sortedMap(
            [...parts(windows.all.values(), 4)].map(({ window, feature, partition }) => {
              const packed = packPart(window, feature, partition);
              const part = crosses ? structuredClone(packed, { transfer: buffersOfPart(packed) }) : packed;
              return [`${feature.name} ${window.start} ${partition}`, checksum(sortRows(part, feature))] as const;
            }),
          );
        expect(sums(other)).toEqual(sums(one));
      }),
      { numRuns: 80 },
    );
  });

  it('gives the same when rows are taken out of the windows now and then, and put back before they are looked at', () => {
    const steps = fc.array(fc.record({ events: anyFile, takesOut: fc.boolean(), putsBack: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(steps, anyPartitions, (given, partitions) => {
        const windows = new OpenWindows({ partitions, tracksChanges: false });
        const taken: { window: OpenWindow; rows: TakenRows }[] = [];
        const putBack = () => taken.splice(0).forEach(({ window, rows }) => window.putBack(rows));
        for (const [file, { events, takesOut, putsBack }] of given.entries()) {
          mergeFolded(moved(fold(events, { partitions }).folded), fileIdOf(file), windows.open);
          const rows = () => [...windows.all.values()].reduce((sum, window) => sum + window.rows, 0);
          const before = rows();
          if (putsBack) putBack();
          if (takesOut && taken.length === 0) {
            for (const window of windows.all.values()) {
              for (const part of window.takeOut()) taken.push({ window, rows: structuredClone(part) });
            }
            expect([...parts(windows.all.values(), partitions)]).toEqual([]);
            if (!putsBack) expect(rows()).toBe(before);
          }
        }
        putBack();
        const files = given.map(({ events }) => events);
        expect(plain(windows.outcome())).toEqual(plain(bruteForce(files, partitions)));
      }),
      { numRuns: 80 },
    );
  });

  it('moves every buffer of a part, each once', () => {
    const windows = new OpenWindows({ partitions: 1, tracksChanges: false });
    const event: SampleEvent = {
      name: 'sold',
      timestamp: 1_533_117_600,
      device: 'd',
      user: 'u',
      country: 'pl',
      brand: 'olx',
      category: 'c',
      price: 1,
      line: 1,
    };
    mergeFolded(fold([event], { partitions: 1 }).folded, fileIdOf(0), windows.open);
    for (const { window, feature, partition } of parts(windows.all.values(), 1)) {
      const packed = packPart(window, feature, partition);
      const here = structuredClone(packed, { transfer: buffersOfPart(packed) });
      expect(packed.keys.arena.byteLength).toBe(0);
      expect(rowsOf(sortRows(here, feature))).toHaveLength(1);
    }
  });

  it('takes the rows that changed since they were last taken, and those only', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        const windows = new OpenWindows({ partitions: 2, tracksChanges: true });
        files.forEach((events, file) => {
          mergeFolded(fold(events, { partitions: 2 }).folded, fileIdOf(file), windows.open);
          const all = bruteForce(files.slice(0, file + 1), 2).rows;
          const touched = bruteForce([events], 2).rows;
          for (const { window, feature, partition } of parts(windows.all.values(), 2)) {
            const place = `${feature.name} ${window.start} ${partition}`;
            const slots = window.table(feature.name, partition)!.takeChanged();
            const changed = rowsOf(sortRows(packPart(window, feature, partition, slots), feature));
            const key = ({ id, country, brand }: Row) => JSON.stringify([id, country, brand]);
            const keys = new Set((touched.get(place) ?? []).map(key));
            const expectedRows = (all.get(place) ?? []).filter((row) => keys.has(key(row)));
            expect(changed.map((row) => ({ ...row, value: Number(row.value) }))).toEqual(
              expectedRows.map((row) => ({ ...row, value: Number(row.value) })),
            );
          }
        });
      }),
      { numRuns: 50 },
    );
  });

  it('leaves out the rows and lines of a window that takes nothing more', () => {
    fc.assert(
      fc.property(anyFiles, fc.nat(5), (files, place) => {
        const closed = 1_533_117_600 + place * 600;
        const windows = new OpenWindows({ partitions: 4, tracksChanges: false });
        const open = (start: number) => (start === closed ? undefined : windows.open(start));
        files.forEach((events, file) => mergeFolded(fold(events).folded, fileIdOf(file), open));
        const others = files.map((events) => events.filter(({ timestamp }) => windowOf(timestamp) !== closed));
        expect(plain(windows.outcome())).toEqual(plain(bruteForce(others, 4)));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a fold', () => {
  it('refuses the events of one window too many and no others; they leave no trace', () => {
    fc.assert(
      fc.property(anyFile, fc.integer({ min: 0, max: 6 }), (events, maxWindows) => {
        const { folded, refused } = fold(events, { maxWindows });
        const touched = new Set([...new Set(events.map(({ timestamp }) => windowOf(timestamp)))].slice(0, maxWindows));
        expect(folded.windows).toEqual([...touched]);
        expect(refused).toEqual(events.filter(({ timestamp }) => !touched.has(windowOf(timestamp))));
        const windows = new OpenWindows({ partitions: 4, tracksChanges: false });
        mergeFolded(folded, fileIdOf(0), windows.open);
        expect(plain(windows.outcome())).toEqual(
          plain(bruteForce([events.filter((event) => !refused.includes(event))], 4)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('of wanted windows has their rows, and the lines of all', () => {
    fc.assert(
      fc.property(anyFile, fc.nat(63), (events, mask) => {
        const isWanted = (start: number) => (mask & (1 << ((start - 1_533_117_600) / 600))) !== 0;
        const windows = new OpenWindows({ partitions: 4, tracksChanges: false });
        mergeFolded(fold(events, { isWanted }).folded, fileIdOf(0), windows.open);
        const wanted = events.filter(({ timestamp }) => isWanted(windowOf(timestamp)));
        const all = bruteForce([events], 4);
        expect(plain(windows.outcome())).toEqual(plain({ rows: bruteForce([wanted], 4).rows, lines: all.lines }));
      }),
      { numRuns: 60 },
    );
  });

  it('of no events is empty and merges into nothing', () => {
    const windows = new OpenWindows({ partitions: 4, tracksChanges: false });
    mergeFolded(moved(fold([]).folded), fileIdOf(0), windows.open);
    expect(windows.all.size).toBe(0);
    expect(fold([]).folded.windows).toEqual([]);
  });

  it('of thousands of ids, windows and pairs is what the brute force makes of them', () => {
    const events = Array.from({ length: 6_000 }, (_, n): SampleEvent => ({
      name: ['seen', 'sold'][n % 2],
      timestamp: 1_533_117_600 + ((n * 7_919) % 100) * 600 + (n % 600),
      device: `device-${(n * 31) % 4_001}`,
      user: n % 3 === 0 ? `user-${n % 50}` : undefined,
      country: `c${n % 23}`,
      brand: `b${n % 7}`,
      category: `k${n % 11}`,
      price: n,
      line: n + 1,
    }));
    const windows = new OpenWindows({ partitions: 4, tracksChanges: false });
    mergeFolded(fold(events).folded, fileIdOf(0), windows.open);
    expect(plain(windows.outcome())).toEqual(plain(bruteForce([events], 4)));
  });

  it('names the feature whose field the schema does not have', () => {
    const { category: _category, ...without } = schema;
    expect(() => new EventFold({ schema: without, features, partitions: 4, maxWindows: 1 })).toThrow(
      'feature user_categories: the event schema has no field category',
    );
  });
});

describe('the rows of a part', () => {
  const sale = (user: string, price: number, line: number): SampleEvent => ({
    name: 'sold',
    timestamp: 1_533_117_600,
    device: undefined,
    user,
    country: 'pl',
    brand: 'olx',
    category: undefined,
    price,
    line,
  });
  const turnover = (events: readonly SampleEvent[]) => {
    const windows = new OpenWindows({ partitions: 1, tracksChanges: false });
    mergeFolded(fold(events, { partitions: 1 }).folded, fileIdOf(0), windows.open);
    const feature = features.find(({ name }) => name === 'user_turnover')!;
    return sortRows(packPart([...windows.all.values()][0], feature, 0), feature);
  };

  it('are doubles while all are exact, else 64-bit integers, to the last bit', () => {
    const greatest = Number.MAX_SAFE_INTEGER;
    expect(turnover([sale('a', greatest, 1), sale('b', 1, 2)]).values).toEqual(Float64Array.of(greatest, 1));
    expect(turnover([sale('a', greatest, 1), sale('a', 2, 2), sale('b', 1, 3)]).values).toEqual(
      BigInt64Array.of(BigInt(greatest) + 2n, 1n),
    );
  });

  it('have a checksum that tells apart ids, pairs, values and where one id ends and the next begins', () => {
    const sums = [
      [sale('a', 1, 1)],
      [sale('a', 2, 1)],
      [sale('b', 1, 1)],
      [{ ...sale('a', 1, 1), country: 'ol', brand: 'xpl' }],
      [{ ...sale('a', 1, 1), country: 'p', brand: 'lolx' }],
      [sale('ab', 1, 1), sale('c', 1, 2)],
      [sale('a', 1, 1), sale('bc', 1, 2)],
      [sale('a', 1, 1), { ...sale('a', 1, 2), brand: 'z' }],
    ].map((events) => checksum(turnover(events)));
    expect(new Set(sums).size).toBe(sums.length);
    for (const sum of sums) expect(sum).toMatch(/^[0-9a-f]{32}$/);
    expect(checksum(turnover([sale('a', 1, 7)]))).toBe(sums[0]);
  });
});
