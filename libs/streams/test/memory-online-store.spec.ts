import { MemoryOnlineStore } from '../src/memory/index.ts';
import { revisableOnlineStoreContract } from './revisable-online-store.contract.ts';

revisableOnlineStoreContract('MemoryOnlineStore', async () => ({
  port: new MemoryOnlineStore(),
  [Symbol.asyncDispose]: async () => undefined,
}));
