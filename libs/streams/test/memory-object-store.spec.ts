import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../src/memory/memory-object-store.ts';
import { describedObjectStoreContract } from './described-object-store.contract.ts';
import { objectStoreContract } from './object-store.contract.ts';
import { versionedObjectStoreContract } from './versioned-object-store.contract.ts';

const open = async () => ({ port: new MemoryObjectStore(), [Symbol.asyncDispose]: async () => undefined });
const ifNone = { ifNoneMatch: '*' } as const;

objectStoreContract('MemoryObjectStore', open);
describedObjectStoreContract('MemoryObjectStore', open);
versionedObjectStoreContract('MemoryObjectStore', open);

it('keeps an object when the bytes that were put, or that it gave, are changed', async () => {
  const store = new MemoryObjectStore();
  const bytes = Uint8Array.of(1, 2);
  await store.put('a', bytes, ifNone);
  bytes[0] = 9;
  (await store.get('a'))![1] = 9;
  expect(await store.get('a')).toEqual(Uint8Array.of(1, 2));
});

it('gives equal bytes the ETag that they had', async () => {
  const store = new MemoryObjectStore();
  const etag = await store.put('a', Uint8Array.of(1), ifNone);
  expect(await store.put('b', Uint8Array.of(1), ifNone)).toBe(etag);
});
