import 'reflect-metadata';
import { runService } from '@neartime/service';
import { settings } from './config.ts';
import { IngestorModule } from './ingestor.module.ts';

await runService({
  name: 'ingestor',
  about: 'brings raw files into the events topics',
  settings,
  module: (config) => IngestorModule.of(config),
});
