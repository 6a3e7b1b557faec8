import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';

/** The commands of neartime: what each one takes. What it does is in the file that its action loads. */
export function addCommands(program: Command): void {
  const add = (name: string, description: string) =>
    program.command(name).description(description).exitOverride().allowExcessArguments(false);
  const json = () => new Option('--json', 'write JSON for machines instead of text for people');
  const store = () => new Option('--store <dir>', 'the folder of a store');
  const cassandra = () =>
    new Option(
      '--cassandra <place>',
      'of a store on servers: host[:port][,host…][/keyspace (neartime)], and CASSANDRA_* from the environment',
    );
  const required = (flags: string, description: string) => new Option(flags, description).makeOptionMandatory();

  add('demo', 'make a small reservoir, run everything over it and show what came out')
    .option('--dir <dir>', 'where to work; what was there of an earlier demo is replaced', 'demo')
    .action(async (options) => (await import('./demo.ts')).demo(options));

  add('generate', 'make a reservoir of raw files, the same for the same options')
    .addOption(required('--out <dir>', 'the folder; files go below its in/'))
    .option('--sources <n>', 'how many sources', '4')
    .option('--files <n>', 'raw files of each source, one every ten minutes', '6')
    .option('--events <n>', 'lines of each file', '10000')
    .option('--start <time>', 'when the first chunk begins', '2018-08-01T09:00:00Z')
    .option('--seed <n>', 'what all chance comes from', '1')
    .option('--dirt <share>', 'share of messy lines', '0.02')
    .option('--late <share>', 'share of lines that come late', '0.01')
    .addOption(json())
    .action(async (options) => (await import('./generate.ts')).generate(options));

  add('backfill', 'compute the windows of all raw files in a folder')
    .addOption(required('--in <dir>', 'the reservoir: raw files below its in/'))
    .addOption(required('--out <dir>', 'the store; made where there is none'))
    .option('--features <names>', 'only these features, with commas between them')
    .option('--from <time>', 'only windows from here on')
    .option('--to <time>', 'only windows that begin before this')
    .option('--partitions <n>', 'partitions of a new store (4)')
    .option('--hold <duration>', 'how long, in file time, a window waits for late lines', '1h')
    .option('--force', 'forget what was read before, read every file')
    .addOption(json())
    .action(async (options) => (await import('./backfill.ts')).backfillCommand(options));

  add('watch', 'go on computing: new files are picked up, windows close by the watermark, late files are settled')
    .addOption(required('--in <dir>', 'the reservoir: raw files below its in/'))
    .addOption(required('--out <dir>', 'the store; made where there is none'))
    .option('--features <names>', 'only these features, with commas between them')
    .option('--partitions <n>', 'partitions of a new store (4)')
    .option('--grace <duration>', 'how long after its end a window waits for lines', '3m')
    .option('--idle-after <duration>', 'after how long a silent source is moved on by the clock', '5m')
    .option('--emit-every <duration>', 'how often changed rows of open windows are published', '30s')
    .option('--poll <duration>', 'how often the folder is listed', '1s')
    .option(
      '--settle-after <duration>',
      'how long a window that differs waits to be reprocessed; then twice as long, up to a day',
      '10m',
    )
    .addOption(json())
    .action(async (options) => (await import('./watch.ts')).watchCommand(options));

  const out = () => new Option('--out <dir>', 'the folder of a store');
  const wait = () => new Option('--wait <duration>', 'how long feature processors are waited for').default('10m');
  const bounds = (command: Command) =>
    command
      .option('--from <time>', 'only windows from here on')
      .option('--to <time>', 'only windows that begin before this');

  add('settle', 'reprocess now every window that lacks lines; exit code 1 when one stays unsettled')
    .addOption(out())
    .addOption(cassandra())
    .option('--open', 'on servers, also windows whose time has come and that the stream has not closed')
    .addOption(wait())
    .addOption(json())
    .action(async (options) => (await import('./settle.ts')).settleCommand(options));

  bounds(add('reprocess', 'compute windows anew from raw files, for changed code; on servers, that of the processors'))
    .addOption(required('--feature <name>', 'its name, see: neartime features'))
    .addOption(out())
    .addOption(cassandra())
    .addOption(wait())
    .addOption(json())
    .action(async (options) => (await import('./reprocess.ts')).reprocessCommand(options));

  bounds(add('parity', 'compute windows again from raw files and compare; exit code 1 when one is not equal'))
    .option('--features <names>', 'only these features, with commas between them')
    .addOption(out())
    .addOption(cassandra())
    .option('--one-in <n>', 'check one of so many windows', '1')
    .option('--last', 'check nothing, show the last results')
    .addOption(wait())
    .addOption(json())
    .action(async (options) => (await import('./parity.ts')).parityCommand(options));

  add('retire', 'say that a feature is computed no more on servers: windows do not wait for it')
    .addOption(cassandra().makeOptionMandatory())
    .argument('<feature>', 'its name')
    .action(async (feature, options) => (await import('./retire.ts')).retireCommand(feature, options));

  add('query', 'ask the offline store in SQL (DuckDB): features_store.<feature>, read-only')
    .addOption(
      required('--store <place>', 'a folder, or s3://bucket[/prefix] with S3_* from the environment (endpoint, keys)'),
    )
    .option('--from <time>', 'of a store in a bucket, fetch only windows from here on')
    .option('--to <time>', 'of a store in a bucket, fetch only windows that begin before this')
    .option('--cache <dir>', 'where copies of objects in a bucket are kept (~/.cache/neartime)')
    .addOption(
      new Option('--format <format>', 'how to write the answer').choices(['table', 'csv', 'json']).default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .argument('<sql>', 'one SELECT')
    .action(async (sql, options) => (await import('./query.ts')).queryCommand(sql, options));

  add('get', 'the online row of an id, with its window, revision and age')
    .addOption(store())
    .addOption(cassandra())
    .option('--windows <n>', 'the rows of its last windows, so many (needs --cassandra)')
    .addOption(json())
    .argument('<feature>', 'its name, see: neartime features')
    .argument('<id>', 'the id of the device or user')
    .action(async (feature, id, options) => (await import('./get.ts')).getCommand(feature, id, options));

  add('features', 'every feature: entity, engine, events')
    .addOption(json())
    .action(async (options) => (await import('./features.ts')).featuresCommand(options));

  add('describe', 'one feature: entity, events, engine, columns, topics, tables, objects; with a store, what it holds')
    .addOption(store())
    .addOption(cassandra())
    .addOption(json())
    .argument('<feature>', 'its name')
    .action(async (feature, options) => (await import('./describe.ts')).describeCommand(feature, options));

  for (const [name, description] of Object.entries(catalogueViews)) {
    add(name, description)
      .addOption(store())
      .addOption(cassandra())
      .option('--limit <n>', 'at most so many rows of text', '50')
      .addOption(json())
      .action(async (options) => (await import('./catalogue.ts')).catalogueCommand(name, options));
  }

  program
    .helpCommand(true)
    .allowExcessArguments()
    .action((_, command: Command) => {
      const [word] = command.args;
      if (word !== undefined) throw new UsageError(`unknown command ${word}; neartime --help lists what there is`);
      command.help();
    });
}

const catalogueViews = {
  files: 'raw files with their state and what came of their lines',
  tasks: 'when the windows that a raw file touched are expected closed',
  windows: 'what was written: feature, window, revision, rows',
  rejected: 'rejected lines: why, file, line',
};
