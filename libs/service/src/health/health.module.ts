import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.ts';

/** `/health/live` and `/health/ready` over the HEALTH_SOURCES that a service's module exports. */
@Module({})
export class HealthModule {
  static of(service: DynamicModule | Type): DynamicModule {
    return {
      module: HealthModule,
      // Its log would repeat every failed probe.
      imports: [TerminusModule.forRoot({ logger: false }), service],
      controllers: [HealthController],
    };
  }
}
