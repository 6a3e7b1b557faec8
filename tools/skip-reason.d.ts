import 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a group of tests is skipped, for a group whose hooks must not run: see tools/closing-line.ts. */
    skipped?: string;
  }
}
