import { features } from '@neartime/features';
import type { Reservoir } from '@neartime/streams';
import { expect, it } from 'vitest';
import { Settling, turn } from './settling.ts';
import { until } from './topology.ts';

const small = ['--sources', '2', '--files', '4', '--events', '200'];
const settleAfter = 600;

/** All is closed, and one file has come late: its windows are due. */
async function withDueWindows(): Promise<Settling> {
  const settling = await Settling.begin(small);
  const late = settling.expected.files[1]!;
  await settling.bring(settling.expected.files.filter((path) => path !== late));
  await settling.closeAll();
  await settling.bring([late]);
  await settling.written();
  const { reprocessor } = await settling.topology.reprocessor(features, { owner: 'who finds it', settleAfter });
  await turn(reprocessor);
  settling.clock.move(settleAfter);
  return settling;
}

const nameOf = ({ feature, window }: { feature: string; window: number }) => `${feature} ${window}`;

it('two processes that look at the same time compute each window once, together all of them', async () => {
  await using settling = await withDueWindows();
  const { topology } = settling;
  const both = [
    await topology.reprocessor(features, { owner: 'a', settleAfter }),
    await topology.reprocessor(features, { owner: 'b', settleAfter }),
  ];
  await Promise.all(both.map(({ reprocessor }) => turn(reprocessor)));
  const computed = both.flatMap(({ revisions }) => revisions.map(nameOf));
  expect(computed.length).toBeGreaterThan(3);
  expect(new Set(computed).size).toBe(computed.length);
  await settling.written();
  await turn(both[0]!.reprocessor);
  await settling.isAsBackfill();
});

/** A reservoir whose files cannot be read before it is let go. */
class Held {
  isAsked = false;
  readonly #go = Promise.withResolvers<void>();

  letGo(): void {
    this.#go.resolve();
  }

  over(reservoir: Reservoir): Reservoir {
    const held = async function* (this: Held, path: string) {
      this.isAsked = true;
      await this.#go.promise;
      yield* reservoir.open(path);
    };
    return {
      list: () => reservoir.list(),
      stat: (path) => reservoir.stat(path),
      open: (path) => held.call(this, path),
    };
  }
}

it('who sleeps for longer than its claims publishes nothing, since others have taken them as the next revisions', async () => {
  await using settling = await withDueWindows();
  const { topology, clock } = settling;
  const held = new Held();
  settling.onEnd = () => held.letGo();
  const asleep = await topology.reprocessor(features, { owner: 'asleep', settleAfter, over: held.over.bind(held) });
  const awake = await topology.reprocessor(features, { owner: 'awake', settleAfter });
  const sleeping = turn(asleep.reprocessor);
  await until(() => held.isAsked, 'it has claimed the windows and reads');
  await turn(awake.reprocessor);
  expect(awake.revisions).toEqual([]);
  clock.move(61);
  await turn(awake.reprocessor);
  expect(awake.revisions.length).toBeGreaterThan(3);
  expect(new Set(awake.revisions.map(({ revision }) => revision))).toEqual(new Set([2]));
  held.letGo();
  await sleeping;
  expect(asleep.revisions).toEqual([]);
  await settling.written();
  await turn(awake.reprocessor);
  await settling.isAsBackfill();
});

it('who is stopped while it computes gives its claims back at once', async () => {
  await using settling = await withDueWindows();
  const { topology } = settling;
  const held = new Held();
  settling.onEnd = () => held.letGo();
  const stopped = await topology.reprocessor(features, { owner: 'stopped', settleAfter, over: held.over.bind(held) });
  const ending = new AbortController();
  const running = stopped.reprocessor.turn(ending.signal).catch((error: Error) => error.name);
  await until(() => held.isAsked, 'it has claimed the windows and reads');
  ending.abort();
  held.letGo();
  expect(await running).toBe('AbortError');
  const other = await topology.reprocessor(features, { owner: 'other', settleAfter });
  await turn(other.reprocessor);
  expect(other.revisions.length).toBeGreaterThan(3);
  await settling.written();
  // Who was stopped was the one that compares; another does when its lease is over.
  settling.clock.move(61);
  await turn(other.reprocessor);
  await settling.isAsBackfill();
});

it('who is killed while it checks parity keeps others from it for a minute, not for longer', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, topology, clock } = settling;
  await settling.bring(expected.files);
  await settling.closeAll();
  const [feature] = features;
  const other = await topology.reprocessor([feature!], { owner: 'other' });
  await turn(other.reprocessor);
  clock.move(61);
  const held = new Held();
  settling.onEnd = () => held.letGo();
  const killed = await topology.reprocessor([feature!], { owner: 'killed', over: held.over.bind(held) });
  const windows = await catalogue.touchedWindows(feature!.entity, 0, clock.now());
  await catalogue.askParity(feature!.name, windows.slice(0, 3));
  const stopped = turn(killed.reprocessor);
  await until(() => held.isAsked, 'it has claimed the checking and reads');
  await turn(other.reprocessor);
  expect(other.parity).toEqual([]);
  clock.move(61);
  await turn(other.reprocessor);
  expect(other.parity.map(({ outcome }) => outcome)).toEqual(['equal', 'equal', 'equal']);
  held.letGo();
  await stopped;
});
