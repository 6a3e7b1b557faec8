import type { DeadLetter } from '@neartime/schemas';
import type { Logger } from '@neartime/service';
import type { ProcessorListener } from './feature-worker.ts';
import type { ReprocessListener } from './reprocess/reprocessor.ts';

/** One line per window that closed. */
export const processorLog = (
  logger: Logger,
): ProcessorListener & ReprocessListener & { buried(letter: DeadLetter): void } => ({
  windowClosed: ({ window, ...published }) => logger.info({ ...published, window: iso(window) }, 'window closed'),
  published: (rows, partition) => logger.debug({ rows, partition }, 'changed rows published'),
  late: (events, window, partition) => logger.warn({ events, window: iso(window), partition }, 'events came late'),
  beginsAt: (window, partition) =>
    logger.warn({ window: iso(window), partition }, 'the log begins here; earlier windows come from raw files'),
  reprocessed: (feature, window, revision, rows) =>
    logger.info({ feature, window: iso(window), revision, rows }, 'window computed from raw files'),
  incomplete: (feature, window, why) =>
    logger.error({ feature, window: iso(window), why }, 'window cannot be computed: a raw file is missing'),
  parity: ({ feature, window, revision, outcome, detail }) => {
    const said = { feature, window: iso(window), revision, detail };
    if (outcome === 'equal') logger.info(said, 'parity: raw files give what stands');
    else if (outcome === 'differs') logger.error(said, 'PARITY BROKEN: raw files give something else than what stands');
    else logger.error(said, 'parity unknown: a raw file is missing');
  },
  buried: ({ topic, partition, offset, reason }) =>
    logger.warn({ topic, partition, offset, reason }, 'record cannot be decoded'),
});

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
