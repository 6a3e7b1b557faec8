import { beforeAll, describe, expect, inject, it } from 'vitest';
import { buildServices } from '../../test/servers/service-process.ts';
import { runPart } from '../src/part.ts';

const { missing } = inject('docker');
const minutes = 60_000;

describe.skipIf(missing !== undefined)(
  'services on three brokers',
  { ...(missing !== undefined && { meta: { skipped: missing } }) },
  () => {
    beforeAll(buildServices);

    it(
      'leave what a backfill leaves, when leaders move while files come and windows close',
      { timeout: 10 * minutes },
      async () => {
        const others = ['leaders move', 'leaders move', 'broker outage', 'broker outage'] as const;
        const result = await runPart({
          ...{ seed: 2, kills: 2, seconds: 90, others, brokers: 3 },
          ...{ say: console.log, logs: 'chaos-logs' },
        });
        expect(result.violations).toEqual([]);
      },
    );
  },
);
