import { MemoryRegistry } from '../src/memory/index.ts';
import { schemaRegistryContract } from './schema-registry.contract.ts';

schemaRegistryContract('MemoryRegistry', async () => ({
  port: new MemoryRegistry(),
  [Symbol.asyncDispose]: async () => undefined,
}));
