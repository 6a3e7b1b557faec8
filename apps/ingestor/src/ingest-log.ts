import type { DeadLetter } from '@neartime/schemas';
import type { Logger } from '@neartime/service';
import { pathOf } from './notice.ts';
import type { IngestListener } from './notices-worker.ts';

/** One line per file. */
export const ingestLog = (logger: Logger): IngestListener & { buried(letter: DeadLetter): void } => ({
  ingested(notice, outcome, seconds) {
    const path = pathOf(notice);
    if (outcome.is === 'sent') {
      if (!outcome.file) return logger.info({ path }, 'file was sent before');
      const { path: _, ...counts } = outcome.file;
      logger.info({ path, ...counts, seconds: rounded(seconds) }, 'file sent');
    } else if (outcome.is === 'known') logger.info({ path }, 'file stays in quarantine');
    else logger.warn({ path, reason: outcome.reason, detail: outcome.detail }, `file ${outcome.is}`);
  },
  buried({ topic, partition, offset, reason }) {
    logger.warn({ topic, partition, offset, reason }, 'record cannot be decoded');
  },
});

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
