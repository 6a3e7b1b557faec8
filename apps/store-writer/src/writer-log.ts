import type { DeadLetter } from '@neartime/schemas';
import type { Logger } from '@neartime/service';
import type { WriterListener } from './rows-worker.ts';

/** One line per part that was written. */
export const writerLog = (
  logger: Logger,
): WriterListener & { buried(letter: DeadLetter): void; damaged(name: string): void } => ({
  written({ is, window, after, ...part }) {
    const line = { ...part, window: new Date(window * 1000).toISOString(), after: Math.round(after * 1000) / 1000 };
    if (is === 'written') logger.info(line, 'part written');
    else if (is === 'unfit')
      logger.warn(line, 'rows are missing, or there are others: the window is to be computed again');
    else logger.debug(line, 'part stands in a newer revision');
  },
  provisional: (feature, rows) => logger.debug({ feature, rows }, 'provisional rows written'),
  damaged: (name) =>
    logger.error({ object: name }, 'object is damaged: keys that its revision has not any more may stay online'),
  buried: ({ topic, partition, offset, reason }) =>
    logger.warn({ topic, partition, offset, reason }, 'record cannot be decoded'),
});
