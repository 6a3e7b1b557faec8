import { CLOCK, HEALTH_SOURCES, LOGGER, type Logger, Work } from '@neartime/service';
import type { Clock } from '@neartime/streams';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.ts';
import { startFeatureProcessor } from './start-feature-processor.ts';

/** Who meets whom; what is done is in plain classes, which tests build by hand. */
@Module({})
export class FeatureProcessorModule {
  static of(config: Config): DynamicModule {
    const work = (logger: Logger, clock: Clock) =>
      new Work('feature-processor', logger, (patience) => startFeatureProcessor(config, logger, clock, patience));
    return {
      module: FeatureProcessorModule,
      providers: [
        { provide: Work, useFactory: work, inject: [LOGGER, CLOCK] },
        { provide: HEALTH_SOURCES, useFactory: (one: Work) => [one], inject: [Work] },
      ],
      exports: [HEALTH_SOURCES],
    };
  }
}
