import { CLOCK, HEALTH_SOURCES, LOGGER, type Logger, Work } from '@neartime/service';
import type { Clock } from '@neartime/streams';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.ts';
import { startIngestor } from './start-ingestor.ts';

/** Who meets whom; what is done is in plain classes, which tests build by hand. */
@Module({})
export class IngestorModule {
  static of(config: Config): DynamicModule {
    const work = (logger: Logger, clock: Clock) =>
      new Work('ingestor', logger, (patience) => startIngestor(config, logger, clock, patience));
    return {
      module: IngestorModule,
      providers: [
        { provide: Work, useFactory: work, inject: [LOGGER, CLOCK] },
        { provide: HEALTH_SOURCES, useFactory: (one: Work) => [one], inject: [Work] },
      ],
      exports: [HEALTH_SOURCES],
    };
  }
}
