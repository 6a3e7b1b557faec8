import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock } from '@neartime/streams';
import type { ServiceSettings } from './config/index.ts';
import type { Logger } from './logging.ts';
import { shiftedClock } from './shifted-clock.ts';

/** The service's `Logger`. */
export const LOGGER = Symbol('LOGGER');
/** The service's `Clock`, shifted by CLOCK_SHIFT. */
export const CLOCK = Symbol('CLOCK');

/** What every provider of a service can have injected. */
@Module({})
export class BaseModule {
  static of({ clockShift }: ServiceSettings, logger: Logger): DynamicModule {
    const clock: Clock = shiftedClock(clockShift);
    return {
      module: BaseModule,
      global: true,
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: CLOCK, useValue: clock },
      ],
      exports: [LOGGER, CLOCK],
    };
  }
}
