import { setTimeout as sleep } from 'node:timers/promises';
import { type UnsettledWindow, registeredFeatures, unsettledWindows } from '@neartime/settling';
import type { Catalogue, Clock } from '@neartime/streams';

export interface RemoteSettleOptions {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  /** Seconds. */
  readonly wait: number;
  /** Whether windows that the stream has not closed are to be computed too. */
  readonly takesOpen: boolean;
  /** Hears of the windows that are settled by now, of those that were not. */
  readonly onProgress: (settled: number, all: number) => void;
}

const lookEveryMs = 1000;

/**
 * Has feature processors settle now what they would settle later, and waits for it: they alone compute windows. Gives what is not
 * settled when the time is over.
 */
export async function settleOnServers(options: RemoteSettleOptions): Promise<readonly UnsettledWindow[]> {
  const { catalogue, clock, wait, onProgress } = options;
  const begun = clock.elapsed();
  const met = new Set<string>();
  for (;;) {
    const unsettled = await unsettledWindows(catalogue, await registeredFeatures(catalogue), clock.now());
    for (const one of unsettled) {
      const name = `${one.feature} ${one.window}`;
      if (!met.has(name)) await hurry(one, options);
      met.add(name);
    }
    onProgress(met.size - unsettled.length, met.size);
    if (unsettled.length === 0 || clock.elapsed() - begun >= wait) return unsettled;
    await sleep(lookEveryMs);
  }
}

async function hurry({ feature, window, is, check }: UnsettledWindow, options: RemoteSettleOptions): Promise<void> {
  const { catalogue, takesOpen } = options;
  const { attempts = 1 } = check.differing.get(feature) ?? {};
  // Long since: the clock of who computes it may be behind this one.
  if (is === 'differs') await catalogue.putOff(window, feature, { attempts, dueAt: 0 });
  else if (takesOpen) await catalogue.ask([{ feature, window, above: -1 }]);
}
