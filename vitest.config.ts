// First, so that an older Node does not get to run tests (they would hang).
import './tools/need-node-24.mjs';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './tools/closing-line.ts';

export default defineConfig({
  test: {
    include: ['{apps,libs,bench,tools}/**/{src,test}/**/*.spec.ts'],
    // Tests start worker threads, change directories and send signals: each file has a process of its own.
    pool: 'forks',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // As long as the tests that start processes, and kill them, may take on a busy machine; one that hangs still ends.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    reporters: ['default', new ClosingLine()],
  },
});
