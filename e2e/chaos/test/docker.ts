import { getContainerRuntimeClient } from 'testcontainers';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    docker: { readonly missing: string | undefined };
  }
}

/** Tells tests that start servers of their own why they cannot. */
export async function setup({ provide }: TestProject): Promise<void> {
  const missing = await getContainerRuntimeClient().then(
    () => undefined,
    () => 'no Docker engine answers',
  );
  provide('docker', { missing });
}
