import { setTimeout as sleep } from 'node:timers/promises';
import { requestsFor } from '@neartime/settling';
import type { Catalogue, Clock, RegisteredFeature, ReprocessRequest } from '@neartime/streams';

export interface RemoteReprocessOptions {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly feature: RegisteredFeature;
  readonly from: number;
  readonly to: number;
  /** Seconds. */
  readonly wait: number;
  readonly onProgress: (done: number, all: number) => void;
}

/** Windows that were asked for, and those of them that are not written anew. */
export interface RemoteReprocessing {
  readonly asked: readonly ReprocessRequest[];
  readonly left: readonly ReprocessRequest[];
}

const lookEveryMs = 1000;

/** Asks feature processors, which run the new code, for windows anew, and waits until they are written or the time is over. */
export async function reprocessOnServers(options: RemoteReprocessOptions): Promise<RemoteReprocessing> {
  const { catalogue, clock, feature, wait, onProgress } = options;
  const begun = clock.elapsed();
  const asked = await requestsFor(catalogue, feature, options);
  await catalogue.ask(asked);
  let left: readonly ReprocessRequest[] = asked;
  for (;;) {
    const states = await Promise.all(left.map((request) => isWritten(catalogue, feature, request)));
    left = left.filter((_, i) => !states[i]);
    onProgress(asked.length - left.length, asked.length);
    if (left.length === 0 || clock.elapsed() - begun >= wait) return { asked, left };
    await sleep(lookEveryMs);
  }
}

async function isWritten(
  catalogue: Pick<Catalogue, 'windowParts' | 'linesSent'>,
  { name, entity }: RegisteredFeature,
  { window, above }: ReprocessRequest,
): Promise<boolean> {
  const [parts, sent] = await Promise.all([
    catalogue.windowParts({ feature: name, window }),
    catalogue.linesSent(entity, window),
  ]);
  const written = new Set(
    parts.filter(({ revision, state }) => revision > above && state === 'written').map(({ partition }) => partition),
  );
  return parts.every(({ partition }) => written.has(partition)) && sent.every((_, partition) => written.has(partition));
}
