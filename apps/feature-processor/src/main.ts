import 'reflect-metadata';
import { runService } from '@neartime/service';
import { settings } from './config.ts';
import { FeatureProcessorModule } from './feature-processor.module.ts';

await runService({
  name: 'feature-processor',
  about: 'folds events into the windows of features',
  settings,
  module: (config) => FeatureProcessorModule.of(config),
});
