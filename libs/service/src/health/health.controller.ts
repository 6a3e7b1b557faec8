import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService, type HealthIndicatorResult } from '@nestjs/terminus';
import { reasonOf } from '../reason.ts';
import { type Check, HEALTH_SOURCES, type HealthSource } from './health-source.ts';

/** Answers 200 while every source is well and 503 otherwise; the body says the state of each, and why. */
@Controller('health')
export class HealthController {
  readonly #health: HealthCheckService;
  readonly #sources: readonly HealthSource[];

  constructor(
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(HEALTH_SOURCES) sources: readonly HealthSource[],
  ) {
    this.#health = health;
    this.#sources = sources;
  }

  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.#check((source) => source.live());
  }

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.#check((source) => source.ready());
  }

  #check(asked: (source: HealthSource) => Check): Promise<HealthCheckResult> {
    return this.#health.check(this.#sources.map((source) => () => stateOf(source, asked)));
  }
}

function stateOf(source: HealthSource, asked: (source: HealthSource) => Check): HealthIndicatorResult {
  const check = answer(source, asked);
  const said = check.ok ? { status: 'up' as const } : { status: 'down' as const, why: check.why };
  return { [source.name]: { ...check.details, ...said } };
}

/** A source that fails to answer is not well. */
function answer(source: HealthSource, asked: (source: HealthSource) => Check): Check {
  try {
    return asked(source);
  } catch (error) {
    return { ok: false, why: reasonOf(error) };
  }
}
