import type { Logger } from './logging.ts';
import { reasonOf } from './reason.ts';

interface Stopping {
  readonly logger: Logger;
  readonly withinMs: number;
  readonly close: () => Promise<void>;
}

/**
 * From the first SIGTERM or SIGINT on the process stops: it closes and exits with 0. It exits with 1 when closing fails or takes
 * longer than `withinMs`, and at once at a second signal.
 */
export function stopOnSignal({ logger, withinMs, close }: Stopping): void {
  let isStopping = false;

  const exit = (code: number): never => process.exit(code);

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) {
      logger.warn({ signal }, 'stopped at once, by a second signal');
      exit(1);
    }
    isStopping = true;
    logger.info({ signal }, 'stopping');
    // It keeps the process alive as well: one that waits for what will never come has not stopped cleanly.
    setTimeout(() => {
      logger.fatal({ signal }, `not stopped within ${withinMs / 1000} s`);
      exit(1);
    }, withinMs);
    try {
      await close();
    } catch (err) {
      logger.fatal({ err }, `not stopped cleanly: ${reasonOf(err)}`);
      exit(1);
    }
    logger.info({ signal }, 'stopped');
    exit(0);
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}
