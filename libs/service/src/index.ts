export { CLOCK, LOGGER } from './base.module.ts';
export * from './config/index.ts';
export { type Check, type CheckDetails, HEALTH_SOURCES, type HealthSource } from './health/index.ts';
export { logLevels, type LogLevel } from './log-level.ts';
export { type Logger, serviceLogger } from './logging.ts';
export { reasonOf } from './reason.ts';
export { runService, type Service, type ServiceShape } from './run-service.ts';
export { shiftedClock } from './shifted-clock.ts';
export { type Patience, type RunningWork, Work } from './work.ts';
