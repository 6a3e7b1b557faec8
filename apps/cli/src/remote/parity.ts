import { setTimeout as sleep } from 'node:timers/promises';
import { isSampled } from '@neartime/settling';
import type { Catalogue, Clock, ParityResult, RegisteredFeature } from '@neartime/streams';

export interface RemoteParityOptions {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly features: readonly RegisteredFeature[];
  readonly from: number;
  readonly to: number;
  /** Of so many windows one is checked. */
  readonly oneIn: number;
  /** Seconds. */
  readonly wait: number;
  readonly onProgress: (done: number, all: number) => void;
}

/** Results, and windows that have none yet. */
export interface RemoteParity {
  readonly results: readonly ParityResult[];
  readonly left: readonly { readonly feature: string; readonly window: number }[];
}

const lookEveryMs = 1000;

/** Has feature processors check the parity of windows, and waits for the results until the time is over. */
export async function parityOnServers(options: RemoteParityOptions): Promise<RemoteParity> {
  const { catalogue, clock, features, from, to, oneIn, wait, onProgress } = options;
  const begun = clock.elapsed();
  const asked: { feature: string; window: number }[] = [];
  for (const { name, entity, since } of features) {
    const touched = await catalogue.touchedWindows(entity, Math.max(from, since), to);
    const windows = touched.filter((window) => isSampled(name, window, oneIn));
    await catalogue.askParity(name, windows);
    asked.push(...windows.map((window) => ({ feature: name, window })));
  }
  for (;;) {
    const due = new Set<string>();
    for (const { name } of features) for (const window of await catalogue.parityDue(name)) due.add(`${name} ${window}`);
    const left = asked.filter(({ feature, window }) => due.has(`${feature} ${window}`));
    onProgress(asked.length - left.length, asked.length);
    if (left.length > 0 && clock.elapsed() - begun < wait) {
      await sleep(lookEveryMs);
      continue;
    }
    const done = new Set(
      asked.filter((one) => !left.includes(one)).map(({ feature, window }) => `${feature} ${window}`),
    );
    const results: ParityResult[] = [];
    for (const { name } of features) results.push(...(await catalogue.parityResults(name)));
    return { results: results.filter(({ feature, window }) => done.has(`${feature} ${window}`)), left };
  }
}
