export { HealthModule } from './health.module.ts';
export { type Check, type CheckDetails, HEALTH_SOURCES, type HealthSource } from './health-source.ts';
