import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { demoLateArrival, demoReservoir } from '../generate/index.ts';
import { makeFolder } from '../make-folder.ts';
import { Failure, systemFailure } from '../failure.ts';
import { openFeatureStore, runQuery } from '../query/index.ts';
import { backfillWithBar } from './backfill.ts';
import { folder, registered } from './options.ts';
import { number, plural, print } from './print.ts';
import { progressBar } from './progress-bar.ts';
import { reportText } from './run-report.ts';

const talkQuery = `select brand, country, count(distinct id) cnt
from features_store.device_last_browse
where year='2018' and month='08' and day='01'
group by 1,2 order by 3 desc`;

/** Makes a small reservoir, computes everything, lets a file come late, and shows what came out. */
export async function demo(flags: { dir: string }): Promise<void> {
  const dir = folder('--dir')(flags.dir);
  const reservoir = join(dir, 'reservoir');
  const store = join(dir, 'store');
  await makeRoom(dir);
  title('A reservoir of raw files, as trackers of a marketplace write them');
  print(await makeReservoir(reservoir));

  title('Backfill: raw files in, windows of ten minutes out');
  const options = {
    in: reservoir,
    out: store,
    features: registered,
    registered,
    from: -Infinity,
    to: Infinity,
    hold: 3600,
    force: false,
  };
  const started = performance.now();
  const first = await backfillWithBar(options);
  print(reportText(first, (performance.now() - started) / 1000, { out: store }));

  title('A file comes late: only what it touches is computed again');
  const late = await demoLateArrival(reservoir);
  const again = performance.now();
  const second = await backfillWithBar(options);
  print(`${late} has arrived`);
  print(reportText({ ...second, quarantined: [] }, (performance.now() - again) / 1000, { out: store }));

  using opened = await openFeatureStore(store, registered);
  for (const { name, engine } of registered) {
    title(`features_store.${name}`);
    await runQuery(
      opened,
      `select id, country, brand, ${engine.output.name} from features_store.${name} order by ${engine.output.name} desc, id limit 5`,
      'table',
      process.stdout,
    );
  }
  title(talkQuery);
  await runQuery(opened, talkQuery, 'table', process.stdout);

  title('What to try next');
  const id = await someDevice(opened);
  const [there, its] = [join(flags.dir, 'store'), join(flags.dir, 'reservoir')];
  for (const line of [
    `npx neartime get --store ${there} device_last_browse ${id}`,
    `npx neartime query --store ${there} "select hour, ten_mins, count(*) from features_store.user_num_posts group by 1, 2 order by 1, 2"`,
    `npx neartime files --store ${there}        (also: windows, tasks, rejected)`,
    `npx neartime watch --in ${its} --out ${there}        (then copy a file into it; Ctrl-C ends)`,
    'npx neartime --help',
  ]) {
    print(`  ${line}`);
  }
}

const title = (text: string): void => print(`\n${process.stdout.isTTY ? styleText('bold', text) : text}`);

/** Says that a folder is the demo's to replace: its raw files could as well be somebody's own. */
const mark = '.neartime-demo';

/** Replaces an earlier demo, and nothing else. */
async function makeRoom(dir: string): Promise<void> {
  try {
    await makeFolder(dir);
    const standing = await readdir(dir);
    if (standing.length > 0 && !standing.includes(mark))
      throw new Failure(`${dir} is not empty and holds no demo; choose another --dir`);
    await writeFile(join(dir, mark), '');
    await rm(join(dir, 'reservoir'), { recursive: true, force: true });
    await rm(join(dir, 'store'), { recursive: true, force: true });
  } catch (error) {
    throw error instanceof Failure ? error : systemFailure(`demo: cannot make room in ${dir}`, error);
  }
}

async function makeReservoir(reservoir: string): Promise<string> {
  using bar = progressBar('generate', 'files');
  const made = await demoReservoir(reservoir, ({ file, files }) => bar.show(file, files));
  const { ordinary, offline, truncated, unnamed } = made.files;
  return `${plural(ordinary + offline + truncated + unnamed, 'file')} in ${reservoir}/in, ${number(made.lines)} lines: ${ordinary} ordinary, ${offline} of devices that were offline, ${truncated} cut off, ${unnamed} without a time in its name`;
}

async function someDevice(store: Awaited<ReturnType<typeof openFeatureStore>>): Promise<string> {
  const { batches } = await store.query(
    'select id from features_store.device_last_browse order by last_action_timestamp desc, id limit 1',
  );
  let id = 'ID';
  for await (const batch of batches) for (const [value] of batch) id = String(value);
  return id;
}
