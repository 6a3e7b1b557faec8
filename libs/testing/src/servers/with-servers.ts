import { describe, inject } from 'vitest';
import type { Servers } from './servers.ts';

/** A group of tests on real servers; without them each test is skipped by name, with the reason. */
export function describeWithServers(name: string, tests: (servers: Servers) => void): void {
  const servers = inject('servers');
  if ('missing' in servers) {
    describe.skip(name, { meta: { skipped: servers.missing } }, () => tests(noServers));
  } else {
    describe(name, () => tests(servers));
  }
}

/** The tests are only named then; whatever of the servers they touch while they are named, there is none. */
const noServers = new Proxy({} as Servers, {
  get: (_, name) => {
    throw new Error(`servers: there are none; ${String(name)} is to be asked for inside a test`);
  },
});
