import { MemoryLeases } from '../src/memory/index.ts';
import { leasesContract } from './leases.contract.ts';

leasesContract('MemoryLeases', async () => ({
  port: new MemoryLeases(),
  [Symbol.asyncDispose]: async () => undefined,
}));
