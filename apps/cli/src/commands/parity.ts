import { registeredFeatures } from '@neartime/settling';
import { type ParityResult, systemClock } from '@neartime/streams';
import { parityOfStore } from '../embedded/parity-store.ts';
import { openCatalogue } from '../places/open-place.ts';
import { changedPlace } from '../places/place.ts';
import { parityOnServers } from '../remote/parity.ts';
import { duration, featureList, registered, wholeNumber, windowBounds } from './options.ts';
import { plural, print, printJson, table, time, windowName, withWindowTimes } from './print.ts';
import { progressBar } from './progress-bar.ts';

export interface ParityFlags {
  readonly features?: string;
  readonly out?: string;
  readonly cassandra?: string;
  readonly from?: string;
  readonly to?: string;
  readonly oneIn: string;
  readonly wait: string;
  readonly last?: boolean;
  readonly json?: boolean;
}

interface Found {
  readonly results: readonly ParityResult[];
  readonly left: readonly { readonly feature: string; readonly window: number }[];
}

export async function parityCommand(flags: ParityFlags): Promise<void> {
  const found = flags.last ? await lastResults(flags) : await check(flags);
  if (flags.json)
    printJson({
      results: withWindowTimes(found.results).map((result) => ({
        ...result,
        checkedAt: time(Math.floor(result.checkedAt)),
      })),
      left: withWindowTimes(found.left),
    });
  else tell(found);
  if (found.left.length > 0 || found.results.some(({ outcome }) => outcome !== 'equal')) process.exitCode = 1;
}

async function lastResults(flags: ParityFlags): Promise<Found> {
  const { from, to } = windowBounds(flags);
  await using opened = await openCatalogue(changedPlace('parity', flags));
  const results = await opened.port.parityResults();
  const names = flags.features === undefined ? undefined : namesOf(flags.features);
  const isAsked = ({ feature, window }: ParityResult) =>
    window >= from && window < to && (names?.includes(feature) ?? true);
  return { results: results.filter(isAsked), left: [] };
}

async function check(flags: ParityFlags): Promise<Found> {
  const place = changedPlace('parity', flags);
  const options = {
    ...windowBounds(flags),
    oneIn: wholeNumber('--one-in', [1, 1_000_000])(flags.oneIn),
    wait: duration('--wait', ['0s', '7d'])(flags.wait),
  };
  using bar = progressBar('parity', 'windows');
  const onProgress = (done: number, all: number) => void (all > 0 && bar.show(done, all));
  if ('folder' in place) {
    const features = flags.features === undefined ? registered : featureList('--features')(flags.features);
    return await parityOfStore({ ...options, out: place.folder, features, onProgress });
  }
  await using opened = await openCatalogue(place);
  const names = flags.features === undefined ? undefined : namesOf(flags.features);
  const features = (await registeredFeatures(opened.port)).filter(({ name }) => names?.includes(name) ?? true);
  return await parityOnServers({ ...options, catalogue: opened.port, clock: systemClock, features, onProgress });
}

const namesOf = (features: string): string[] => featureList('--features')(features).map(({ name }) => name);

function tell({ results, left }: Found): void {
  const count = (wanted: ParityResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  print(
    `${plural(count('equal'), 'window')} equal, ${count('differs')} not, ${count('unknown')} that could not be computed`,
  );
  const others = results.filter(({ outcome }) => outcome !== 'equal').sort((a, b) => a.window - b.window);
  if (others.length > 0)
    print(
      table(
        ['feature', 'window', 'revision', 'parity', 'what'],
        others.flatMap((one) =>
          one.detail
            .split(/; (?=part \d)/)
            .map((detail, i) =>
              i === 0
                ? [one.feature, windowName(one.window), one.revision, one.outcome, detail]
                : ['', '', '', '', detail],
            ),
        ),
      ),
    );
  if (count('differs') > 0)
    print('\nlook at what differs; `neartime reprocess --feature … --from … --to …` writes such a window anew');
  if (left.length > 0)
    print(
      `\n${plural(left.length, 'window')} not looked at yet: to be settled first, or no feature processor with REPROCESS=true is running`,
    );
}
