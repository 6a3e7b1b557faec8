import { Logger as NestPinoLogger, PinoLogger } from 'nestjs-pino';
import { type Logger, nestLogging } from './logging.ts';

/** Where Nest reports a start that failed before it throws the same error: whoever called says it, once. */
const thrownToo = ['ExceptionHandler', 'NestApplication'];

/** Nest's own lines in ours: what it says of its parts while it starts is for debugging. */
export class NestLog extends NestPinoLogger {
  #failedHooks = 0;

  constructor(logger: Logger) {
    const params = nestLogging(logger);
    super(new PinoLogger(params), params);
  }

  /** Hooks that failed while the application closed: Nest logs them and closes on. */
  get failedHooks(): number {
    return this.#failedHooks;
  }

  override log(message: unknown, ...rest: unknown[]): void {
    this.debug(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    const last = rest.at(-1);
    if (message instanceof Error && last === message.stack) {
      this.#failedHooks += 1;
      super.error(message);
    } else if (!thrownToo.includes(String(last))) {
      super.error(message, ...rest);
    }
  }
}
