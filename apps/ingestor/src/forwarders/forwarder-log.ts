import type { Logger } from '@neartime/service';
import type { ForwarderListener } from './forwarder.ts';

/** One line for each lease that comes or goes, one for each round of a listing that found something. */
export const forwarderLog = (logger: Logger): ForwarderListener => ({
  taken: (lease) => logger.info({ lease }, 'lease taken'),
  left: (lease, why) => logger.info({ lease, why }, 'lease left'),
  listed: (listing, { files, newSources }) => logger.info({ listing, files, newSources }, 'listing found files'),
  trouble: (forwarder, err) => logger.warn({ err, forwarder }, 'trying again'),
});
