import { beforeAll, describe, expect, inject, it } from 'vitest';
import { buildServices } from '../../test/servers/service-process.ts';
import { runPart } from '../src/part.ts';

const { missing } = inject('docker');
const minutes = 60_000;

describe.skipIf(missing !== undefined)(
  'services among faults',
  { ...(missing !== undefined && { meta: { skipped: missing } }) },
  () => {
    beforeAll(buildServices);

    it(
      'leave what a backfill leaves, after 20 kills and each other fault once',
      { timeout: 12 * minutes },
      async () => {
        const result = await runPart({ seed: 1, kills: 20, seconds: 330, say: console.log, logs: 'chaos-logs' });
        expect(result.violations).toEqual([]);
        expect(result.watched.looks).toBeGreaterThan(10);
      },
    );
  },
);
