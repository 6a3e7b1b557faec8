// First, so that an older Node does not get to run tests (they would hang).
import './tools/need-node-24.mjs';
import { configDefaults, defineConfig } from 'vitest/config';
import { ClosingLine } from './tools/closing-line.ts';

const everySpec = ['{apps,libs,bench,tools,e2e}/**/{src,test}/**/*.spec.ts'];
const serverSpecs = '**/*.server.spec.ts';
const composeSpecs = '**/*.compose.spec.ts';
const chaosSpecs = '**/*.chaos.spec.ts';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: everySpec,
          exclude: [...configDefaults.exclude, serverSpecs, composeSpecs, chaosSpecs],
        },
      },
      // Tests on real servers, which are started once for all of them. By themselves and one after the other: some say how long
      // a row may take on its way.
      {
        extends: true,
        test: {
          name: 'servers',
          include: [serverSpecs],
          globalSetup: 'libs/testing/src/servers/global-setup.ts',
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      // Images and the stack of docker-compose.yml. Late, for it takes both processors for a minute, which others would feel.
      { extends: true, test: { name: 'compose', include: [composeSpecs], maxWorkers: 1, sequence: { groupOrder: 3 } } },
      // Services among faults, on servers of their own that are ended and started. Last, for it takes ten minutes.
      {
        extends: true,
        test: {
          name: 'chaos',
          include: [chaosSpecs],
          globalSetup: 'e2e/chaos/test/docker.ts',
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
    // Not 0: on a machine with two processors vitest would run what has that after everything else.
    sequence: { groupOrder: 1 },
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
