import { CLOCK, HEALTH_SOURCES, LOGGER, type Logger, Work } from '@neartime/service';
import type { Clock } from '@neartime/streams';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.ts';
import { FilesController } from './forwarders/http/files-controller.ts';
import { NoticeDoor } from './forwarders/http/notice-door.ts';
import { HTTP_TOKEN } from './forwarders/http/token-guard.ts';
import { startIngestor } from './start-ingestor.ts';

/** Who meets whom; what is done is in plain classes, which tests build by hand. */
@Module({})
export class IngestorModule {
  static of(config: Config): DynamicModule {
    const { http } = config.forwarders;
    const work = (logger: Logger, clock: Clock, door: NoticeDoor) =>
      new Work('ingestor', logger, (patience) => startIngestor(config, { logger, clock, patience, door }));
    return {
      module: IngestorModule,
      controllers: http.files ? [FilesController] : [],
      providers: [
        { provide: NoticeDoor, useFactory: () => new NoticeDoor() },
        { provide: HTTP_TOKEN, useValue: http.token },
        { provide: Work, useFactory: work, inject: [LOGGER, CLOCK, NoticeDoor] },
        { provide: HEALTH_SOURCES, useFactory: (one: Work) => [one], inject: [Work] },
      ],
      exports: [HEALTH_SOURCES],
    };
  }
}
