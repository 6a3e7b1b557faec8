import { join } from 'node:path';
import { temporaryFolder } from '@neartime/testing';
import { expect, it } from 'vitest';
import { answer, neartime } from './cli.ts';

const talkQuery = `select brand, country, count(distinct id) cnt
from features_store.device_last_browse
where year='2018' and month='08' and day='01'
group by 1,2 order by 3 desc`;

/** The cells of each row of a table with lines around it. */
const cellsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((row) => row.startsWith('│'))
    .map((row) =>
      row
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

it('the demo makes a reservoir, computes it, takes a late file, and shows what came out', async () => {
  using folder = temporaryFolder();
  const { code, stdout, stderr } = await neartime('demo', '--dir', folder.path);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  expect(stdout).toMatch(
    /^35 files in .*, 64,501 lines: 32 ordinary, 1 of devices that were offline, 1 cut off, 1 without a time in its name$/m,
  );
  expect(stdout).toMatch(/^34 raw files read of 35 in [\d.]+ s$/m);
  expect(stdout).toMatch(/^read 64,501 = [\d,]+ events \+ [\d,]+ rejected \+ [\d,]+ blank$/m);
  for (const reason of ['not_json', 'bad_timestamp', 'line_too_long', 'missing_country'])
    expect(stdout).toMatch(new RegExp(`^${reason} +\\d+$`, 'm'));
  for (const feature of ['device_last_browse', 'user_last_login', 'user_num_posts'])
    expect(stdout).toMatch(new RegExp(`^${feature} +\\d+ +\\d+ +[\\d,]+$`, 'm'));
  expect(stdout).toMatch(/\.gz +truncated +/);
  expect(stdout).toMatch(/\.gz +no_file_time +/);
  expect(stdout).toMatch(/^1 raw file read of 36 in [\d.]+ s$/m);
  expect(stdout).toMatch(/^device_last_browse +2 +2 +[\d,]+$/m);

  const [, ofBrowses, ofLogins, ofPosts] = stdout.split('\nfeatures_store.');
  for (const table of [ofBrowses, ofLogins])
    expect(cellsOf(table)[0]).toEqual(['id', 'country', 'brand', 'last_action_timestamp']);
  expect(cellsOf(ofBrowses)).toHaveLength(6);
  expect(cellsOf(ofPosts)[0]).toEqual(['id', 'country', 'brand', 'actions_count']);

  const store = join(folder.path, 'store');
  const talk = stdout.slice(stdout.indexOf(talkQuery));
  const rows = await answer<{ brand: string; country: string; cnt: number }[]>('query', '--store', store, talkQuery);
  expect(rows.length).toBeGreaterThan(5);
  const byName = (a: readonly string[], b: readonly string[]) => (String(a) < String(b) ? -1 : 1);
  expect(cellsOf(talk).slice(1).sort(byName)).toEqual(rows.map((row) => Object.values(row).map(String)).sort(byName));

  // What it says to try next can be tried as it stands.
  const [, feature, id] = /neartime get --store \S+ (\S+) (\S+)/.exec(stdout)!;
  expect(await answer<unknown[]>('get', '--store', store, feature, id)).not.toEqual([]);
  expect(stdout.slice(stdout.indexOf('What to try next'))).toContain(
    `npx neartime watch --in ${join(folder.path, 'reservoir')} --out ${store} `,
  );
});
