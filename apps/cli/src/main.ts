import { Command, CommanderError } from 'commander';
import { Failure, UsageError, asSystemFailure, oneLine } from './failure.ts';

const exitUsage = 2;
const exitFailure = 1;

// What no command can catch: above all that the reader of the output, such as `head`, has gone.
process.on('uncaughtException', (error) =>
  process.exit(hasLostItsReader(error) ? (process.exitCode ?? 0) : report(error)),
);

/** Every command by name, with the file that carries it out: loaded only when it is called, so that --help is quick. */
const program = new Command('neartime')
  .description(
    'Near-time features from raw event files: windows of ten minutes, in Parquet for any SQL engine and online for any service.',
  )
  .version('0.1.0')
  .configureHelp({ sortSubcommands: false })
  .configureOutput({
    outputError: (text, write) =>
      write(`neartime: ${oneLine(text).replace(/^error: |\.$/g, '')}; --help shows what there is\n`),
  })
  .exitOverride();

const { addCommands } = await import('./commands/index.ts');
addCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
  // A driver that could not connect may have left a connection open, which would keep the process.
  setTimeout(() => process.exit(), 1000).unref();
}

/** One line to the user, no stack trace; the exit code. NEARTIME_DEBUG=1 shows where a fault came from. */
function report(error: unknown): number {
  // It has said itself what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage;
  const known = isTold(error) ? error : asSystemFailure(error);
  console.error(`neartime: ${oneLine(known ?? error)}`);
  if (process.env['NEARTIME_DEBUG']) console.error(error);
  if (error instanceof UsageError) return exitUsage;
  if (known === undefined)
    console.error('neartime: this is a fault of neartime itself; run again with NEARTIME_DEBUG=1 to see where');
  return exitFailure;
}

/** Whether the message of an error tells the user all. */
function isTold(error: unknown): boolean {
  return error instanceof Failure || (error instanceof Error && error.name === 'StoreError');
}

function hasLostItsReader(error: Error): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' && syscall === 'write';
}
