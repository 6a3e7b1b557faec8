import { logLevels, type LogLevel } from '../log-level.ts';
import { oneOf, text, wholeNumber } from './kinds.ts';
import { group } from './setting.ts';

/** What every service has. */
export interface ServiceSettings {
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: LogLevel;
  /** Seconds by which the clock is shifted. */
  readonly clockShift: number;
}

/** A century either way. */
const farthest = 3_155_760_000;

export const serviceSettings = group(
  {
    host: text('HTTP_HOST', { about: 'the address on which HTTP is served', default: '0.0.0.0' }),
    port: wholeNumber('HTTP_PORT', { about: 'its port; 0 is any free one', from: 0, to: 65_535, default: '3000' }),
    logLevel: oneOf('LOG_LEVEL', logLevels, { about: 'the least level that is logged', default: 'info' }),
    clockShift: wholeNumber('CLOCK_SHIFT', {
      about: "seconds added to the clock, for rehearsals on old files: minus the files' age",
      from: -farthest,
      to: farthest,
      default: '0',
    }),
  },
  ({ host, port, logLevel, clockShift }): ServiceSettings => ({ http: { host, port }, logLevel, clockShift }),
);
