// Features from their events by the feature processor's own workers, from the assignment to the last record taken.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRecord } from '@neartime/streams';
import { connectPlace } from '../place.ts';
import { timed } from '../timed.ts';
import { type ToldProcess, told } from '../told.ts';
import { featureWorkers, featuresNamed, onTrouble, topicsOf } from '../wiring.ts';

const { place, features, groupId, shared } = told<ToldProcess>();
await using connection = await connectPlace(place);
const its = featuresNamed(features);
const worker = await featureWorkers(connection, its);
const topics = topicsOf(its);
let unopened = 0;
for (const topic of topics) unopened += (await connection.topics.bounds(topic)).length;
const { promise: allTaken, resolve } = Promise.withResolvers<void>();
let end: ((count: number) => void) | undefined;
unopened /= shared?.instances ?? 1;
let [wanted, taken] = [0, 0];
const look = () => {
  if (unopened === 0 && taken === wanted) resolve();
};
await using _member = await connection.reader.join({
  groupId,
  topics,
  onTrouble: shared ? () => undefined : onTrouble,
  open: async (assignment) => {
    if (shared) await sleep(shared.startAt - Date.now());
    assignment.signal.throwIfAborted();
    // Who is done leaves, and its partitions with it: they are not to be counted twice.
    if (shared && unopened === 0) throw new Error('bench: it is another’s share');
    end ??= timed();
    const its = worker(assignment);
    unopened--;
    wanted += assignment.end - its.from;
    return {
      from: its.from,
      async take(records: readonly LoggedRecord[]) {
        await its.take(records);
        taken += records.length;
        look();
      },
      commit: () => its.commit(),
    };
  },
});
await allTaken;
end!(taken);
