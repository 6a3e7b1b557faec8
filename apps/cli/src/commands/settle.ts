import { systemClock } from '@neartime/streams';
import { settleStore } from '../embedded/settle-store.ts';
import { openCatalogue } from '../places/open-place.ts';
import { changedPlace } from '../places/place.ts';
import { settleOnServers } from '../remote/settle.ts';
import { duration, registered } from './options.ts';
import { plural, print, printJson, table, windowName, withWindowTimes } from './print.ts';
import { progressBar } from './progress-bar.ts';

export interface SettleFlags {
  readonly out?: string;
  readonly cassandra?: string;
  readonly wait: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** A window that is left, for people and machines. */
interface Left {
  readonly feature: string;
  readonly window: number;
  readonly why: string;
}

export async function settleCommand(flags: SettleFlags): Promise<void> {
  const place = changedPlace('settle', flags);
  const wait = duration('--wait', ['0s', '7d'])(flags.wait);
  if ('folder' in place) {
    const { written, unsettled } = await settleStore({ out: place.folder, features: registered });
    if (flags.json) printJson({ written: withWindowTimes(written), unsettled: withWindowTimes(unsettled) });
    else tell(written.length, unsettled);
    if (unsettled.length > 0) process.exitCode = 1;
    return;
  }
  await using opened = await openCatalogue(place);
  using bar = progressBar('settle', 'windows');
  let all = 0;
  const left = await settleOnServers({
    ...{ catalogue: opened.port, clock: systemClock, wait, takesOpen: flags.open ?? false },
    onProgress: (settled, met) => {
      all = met;
      if (met > 0) bar.show(settled, met, 'waiting for feature processors');
    },
  });
  bar[Symbol.dispose]();
  const unsettled = left.map(({ feature, window, why }) => ({ feature, window, why }));
  if (flags.json) printJson({ settled: all - left.length, unsettled: withWindowTimes(unsettled) });
  else tell(all - left.length, unsettled);
  if (left.length === 0) return;
  process.exitCode = 1;
  if (!flags.json && left.length === all)
    print('\nis a feature processor with REPROCESS=true running for each feature?');
}

function tell(settled: number, unsettled: readonly Left[]): void {
  if (settled === 0 && unsettled.length === 0) return print('every window is settled');
  print(`${plural(settled, 'window')} reprocessed, ${plural(unsettled.length, 'window')} unsettled`);
  if (unsettled.length === 0) return;
  print(
    table(
      ['unsettled', 'window', 'why'],
      unsettled.map(({ feature, window, why }) => [feature, windowName(window), why]),
    ),
  );
}
