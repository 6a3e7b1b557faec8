import { registeredFeatures } from '@neartime/settling';
import { type Catalogue, type RegisteredFeature, systemClock } from '@neartime/streams';
import { reprocessStore } from '../embedded/reprocess-store.ts';
import { Failure } from '../failure.ts';
import { openCatalogue } from '../places/open-place.ts';
import { changedPlace } from '../places/place.ts';
import { reprocessOnServers } from '../remote/reprocess.ts';
import { duration, featureNamed, registered, windowBounds } from './options.ts';
import { plural, print, printJson, table, windowName, withWindowTimes } from './print.ts';
import { progressBar } from './progress-bar.ts';

export interface ReprocessFlags {
  readonly feature: string;
  readonly out?: string;
  readonly cassandra?: string;
  readonly from?: string;
  readonly to?: string;
  readonly wait: string;
  readonly json?: boolean;
}

export async function reprocessCommand(flags: ReprocessFlags): Promise<void> {
  const place = changedPlace('reprocess', flags);
  const bounds = windowBounds(flags);
  const wait = duration('--wait', ['0s', '7d'])(flags.wait);
  if ('folder' in place) {
    const feature = featureNamed(flags.feature);
    const { written, unsettled } = await reprocessStore({ out: place.folder, feature, registered, ...bounds });
    if (flags.json) printJson({ written: withWindowTimes(written), left: withWindowTimes(unsettled) });
    else tell(flags.feature, written.length, unsettled);
    if (unsettled.length > 0) process.exitCode = 1;
    return;
  }
  await using opened = await openCatalogue(place);
  const feature = await registeredNamed(opened.port, flags.feature);
  using bar = progressBar('reprocess', 'windows');
  const { asked, left } = await reprocessOnServers({
    ...{ catalogue: opened.port, clock: systemClock, feature, ...bounds, wait },
    onProgress: (done, all) => all > 0 && bar.show(done, all, 'waiting for feature processors'),
  });
  bar[Symbol.dispose]();
  const waiting = left.map(({ window }) => ({ window, why: 'asked for, not written yet' }));
  if (flags.json) printJson({ written: asked.length - left.length, left: withWindowTimes(waiting) });
  else tell(flags.feature, asked.length - left.length, waiting);
  if (left.length > 0) process.exitCode = 1;
}

async function registeredNamed(catalogue: Catalogue, name: string): Promise<RegisteredFeature> {
  const registered = await registeredFeatures(catalogue);
  const found = registered.find((feature) => feature.name === name);
  if (found) return found;
  const names = registered.map((feature) => feature.name).join(', ') || 'none yet';
  throw new Failure(`no feature processor of ${name} was started in this keyspace; there are ${names}`);
}

function tell(feature: string, written: number, left: readonly { window: number; why: string }[]): void {
  print(`${plural(written, 'window')} of ${feature} computed anew, ${plural(left.length, 'window')} left`);
  if (left.length === 0) return;
  print(
    table(
      ['left', 'why'],
      left.map(({ window, why }) => [windowName(window), why]),
    ),
  );
}
