import type { TestProject } from 'vitest/node';
import { Containers, noDocker } from './containers.ts';
import { nativeServers } from './servers.ts';

/**
 * Starts the servers once for all tests that need them, and ends them. `NEARTIME_TEST_SERVERS=native` takes those that run on
 * this machine already.
 */
export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env['NEARTIME_TEST_SERVERS'] === 'native') {
    provide('servers', nativeServers);
    return undefined;
  }
  const missing = await noDocker();
  if (missing !== undefined) {
    provide('servers', { missing });
    return undefined;
  }
  const containers = await Containers.start();
  provide('servers', containers.servers);
  return () => containers[Symbol.asyncDispose]();
}
