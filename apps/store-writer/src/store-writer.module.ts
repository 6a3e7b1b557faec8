import { CLOCK, HEALTH_SOURCES, LOGGER, type Logger, Work } from '@neartime/service';
import type { Clock } from '@neartime/streams';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.ts';
import { startStoreWriter } from './start-store-writer.ts';

/** Who meets whom; what is done is in plain classes, which tests build by hand. */
@Module({})
export class StoreWriterModule {
  static of(config: Config): DynamicModule {
    const work = (logger: Logger, clock: Clock) =>
      new Work('store-writer', logger, (patience) => startStoreWriter(config, logger, clock, patience));
    return {
      module: StoreWriterModule,
      providers: [
        { provide: Work, useFactory: work, inject: [LOGGER, CLOCK] },
        { provide: HEALTH_SOURCES, useFactory: (one: Work) => [one], inject: [Work] },
      ],
      exports: [HEALTH_SOURCES],
    };
  }
}
