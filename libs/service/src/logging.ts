import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Params } from 'nestjs-pino';
import type { LogLevel } from './log-level.ts';
import { messagesOf } from './reason.ts';

export type { Logger } from 'pino';

/** What a line says of an error. */
interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly causes?: readonly string[];
  readonly stack?: string;
}

/**
 * How services log: JSON, one line each, with level, time and the service's name. An error (`logger.error({ err }, 'what')`)
 * comes with its message and its causes, and with its stack only where the level is debug or lower. Of an error nothing else
 * is logged: clients keep requests and their headers in theirs.
 */
export const logOptions = (service: string, level: LogLevel): LoggerOptions => ({
  level,
  base: { service },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  serializers: { err: loggedError(level) },
});

/** Writes to the standard output, at once: nothing is lost when the process ends, and a fatal line does not overtake those before it. */
export const serviceLogger = (
  service: string,
  level: LogLevel,
  to: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger => pino(logOptions(service, level), to);

/** nestjs-pino over a logger: it logs requests too, but for those that ask for the service's health all the time. */
export const nestLogging = (logger: Logger): Params => ({
  pinoHttp: {
    logger,
    // Its own serializers would add headers, which may hold passwords, and stacks.
    wrapSerializers: false,
    serializers: {
      req: ({ method, url }: IncomingMessage) => ({ method, path: url?.split('?', 1)[0] }),
      res: ({ statusCode }: ServerResponse) => ({ statusCode }),
      err: loggedError(logger.level as LogLevel),
    },
    autoLogging: { ignore: ({ url }) => url?.startsWith('/health/') ?? false },
  },
});

const loggedError =
  (level: LogLevel) =>
  (error: unknown): LoggedError => {
    const [message = '', ...causes] = messagesOf(error);
    const { name = 'Error', code, stack } = Object(error) as NodeJS.ErrnoException;
    return {
      type: name,
      message,
      ...(code !== undefined && { code }),
      ...(causes.length > 0 && { causes }),
      ...(stack !== undefined && (level === 'debug' || level === 'trace') && { stack }),
    };
  };
