import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../src/generate/random.ts';
import { Workplace, copyFiles } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows } from './store.ts';

let workplace: Workplace;
let bytes: Record<string, string>;
let online: ReturnType<typeof onlineRows>;

beforeAll(async () => {
  workplace = await Workplace.messy(8, { events: 80, late: 0.3 });
  await run(workplace);
  bytes = objects(workplace.out);
  online = onlineRows(workplace.out);
});
afterAll(() => workplace[Symbol.dispose]());

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const ranked = items.map((item) => ({ item, rank: random.fraction() }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

const holds = [0, 600, 3600];

// The runs take turns at how long they hold windows open: the standing windows may be of any of them.
describe('files that arrive in any order, over several runs', () => {
  it.each(Array.from({ length: 6 }, (_, seed) => ({ seed, hold: holds[seed % 3] })))(
    'seed $seed, held for $hold s',
    async ({ seed, hold }) => {
      const random = new Random(seed, 'order of arrival');
      const place = { in: workplace.place(`in-${seed}`), out: workplace.place(`out-${seed}`) };
      for (let files = shuffled(workplace.files(), random); files.length > 0;) {
        copyFiles(workplace.in, place.in, files.splice(0, 1 + random.below(7)));
        expect((await run(place, { hold })).unsettled).toEqual([]);
      }
      expect(objects(place.out)).toEqual(bytes);
      expect(onlineRows(place.out)).toEqual(online);
      expect(await run(place)).toMatchObject({ filesRead: 0, written: [] });
    },
  );
});

it.each(holds)('a window gets the same rows when it is held for %i s of file time', async (hold) => {
  const place = { in: workplace.in, out: workplace.place(`held-${hold}`) };
  const { unsettled } = await run(place, { hold });
  expect(unsettled).toEqual([]);
  expect(objects(place.out)).toEqual(bytes);
  expect(onlineRows(place.out)).toEqual(online);
});
