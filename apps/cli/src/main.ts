import { Command, CommanderError } from 'commander';
import { Failure, UsageError } from './failure.ts';

const exitUsage = 2;
const exitFailure = 1;

/** Every command by name, with the file that carries it out: loaded only when it is called, so that --help is quick. */
const program = new Command('neartime')
  .description('Near-time features from raw event files: windows of ten minutes, in Parquet for any SQL engine and online for any service.')
  .version('0.1.0')
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError('(--help shows what there is)')
  .exitOverride();

const { addCommands } = await import('./commands/index.ts');
addCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One line to the user, no stack trace; the exit code. NEARTIME_DEBUG=1 shows where a fault came from. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage;
  console.error(`neartime: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env['NEARTIME_DEBUG']) console.error(error);
  if (error instanceof UsageError) return exitUsage;
  if (!(error instanceof Failure) && !(error instanceof Error && error.name === 'StoreError')) {
    console.error('neartime: this is a fault of neartime itself; run again with NEARTIME_DEBUG=1 to see where');
  }
  return exitFailure;
}
