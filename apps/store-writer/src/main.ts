import 'reflect-metadata';
import { runService } from '@neartime/service';
import { settings } from './config.ts';
import { StoreWriterModule } from './store-writer.module.ts';

await runService({
  name: 'store-writer',
  about: 'writes windows into Parquet objects and Cassandra',
  settings,
  module: (config) => StoreWriterModule.of(config),
});
