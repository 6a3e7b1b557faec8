import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { type DynamicModule, type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { BaseModule } from './base.module.ts';
import {
  ConfigError,
  type ConfigOf,
  describeConfig,
  type Group,
  readConfig,
  type ServiceSettings,
  type Shape,
} from './config/index.ts';
import { HealthModule } from './health/index.ts';
import { type Logger, nestLogging, serviceLogger } from './logging.ts';
import { NestLog } from './nest-log.ts';
import { reasonOf } from './reason.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** The settings of a service: its own, and those that every service has. */
export type ServiceShape = Shape & { readonly service: Group<ServiceSettings> };

export interface Service<S extends ServiceShape> {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  readonly settings: S;
  /** The module, which provides and exports HEALTH_SOURCES. */
  readonly module: (config: ConfigOf<S>) => DynamicModule | Type;
  /** How long the service may take to stop. */
  readonly stopWithinMs?: number;
}

/**
 * Runs a service, from the environment to the end of the process:
 * - `--help` prints its settings; wrong settings are printed, all of them, and the process exits with 2;
 * - otherwise it starts, serves its health, and logs `listening` with its port; a failed start is one line and exit code 1;
 * - a SIGTERM or SIGINT closes it, the hooks of its providers included, with exit code 0 (see stopOnSignal);
 * - an error that nobody handles is one line and exit code 1: what was in hand is done again by whoever takes over.
 */
export async function runService<S extends ServiceShape>(service: Service<S>): Promise<void> {
  const { name, about, settings } = service;
  if (process.argv.includes('--help')) {
    process.stdout.write(`${name}: ${about}\n\nSettings are environment variables.\n\n${describeConfig(settings)}`);
    return;
  }
  try {
    const config = readConfig(process.env, settings);
    await start(service, config);
  } catch (error) {
    const isConfig = error instanceof ConfigError;
    process.stderr.write(isConfig ? `${name}: wrong settings\n${error.message}\n` : `${name}: ${reasonOf(error)}\n`);
    process.exitCode = isConfig ? 2 : 1;
  }
}

async function start<S extends ServiceShape>(
  { name, module, stopWithinMs = 10_000 }: Service<S>,
  config: ConfigOf<S>,
): Promise<void> {
  const base = config.service as ServiceSettings;
  const logger = serviceLogger(name, base.logLevel);
  const fail = (what: string) => (err: unknown) => {
    logger.fatal({ err }, `${what}: ${reasonOf(err)}`);
    process.exit(1);
  };
  process.on('uncaughtException', fail('failed'));
  process.on('unhandledRejection', fail('failed'));

  const nestLog = new NestLog(logger);
  const started = listening(base, logger, nestLog, () => module(config));
  const close = async (): Promise<void> => {
    // Not before the start has succeeded or failed, so that hooks meet only what is whole.
    const app = await started;
    await app.close();
    if (nestLog.failedHooks > 0) throw new Error(`hooks failed: ${nestLog.failedHooks}`);
  };
  stopOnSignal({ logger, withinMs: stopWithinMs, close });
  await started.catch(fail('cannot start'));
}

async function listening(
  base: ServiceSettings,
  logger: Logger,
  nestLog: NestLog,
  module: () => DynamicModule | Type,
): Promise<INestApplication> {
  const app = await NestFactory.create(rootOf(base, logger, module()), {
    logger: nestLog,
    abortOnError: false,
    // Who takes bodies reads them itself, with bounds of its own, and not before it knows who asks.
    bodyParser: false,
    // A caller that keeps its connection must not keep the service from stopping.
    forceCloseConnections: true,
  });
  await app.listen(base.http.port, base.http.host);
  const { address, port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ address, port }, 'listening');
  return app;
}

@Module({})
class RootModule {}

const rootOf = (base: ServiceSettings, logger: Logger, module: DynamicModule | Type): DynamicModule => ({
  module: RootModule,
  imports: [LoggerModule.forRoot(nestLogging(logger)), BaseModule.of(base, logger), HealthModule.of(module)],
});
