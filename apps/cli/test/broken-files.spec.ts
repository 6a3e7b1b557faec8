import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { at, line, rawFilePath, writeRawBytes, writeRawFile } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { neartime } from './cli.ts';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows } from './store.ts';

const source = 'in/horizontals/olx/android';
const time = '2018-08-01T10:10:05Z';
const lines = Array.from({ length: 500 }, (_, n) =>
  line({ device_id: `d-${n}`, user_id: `u-${n % 7}`, timestamp: at('10:00') + n }),
);
const whole = gzipSync(lines.join('\n'));

/** A workplace with a good file besides the one that a test is about. */
function withGoodFile(): Workplace {
  const workplace = new Workplace();
  writeRawFile(workplace.in, source, '2018-08-01T10:20:05Z', [line({ device_id: 'good', timestamp: at('10:12') })]);
  return workplace;
}

const inQuarantine = (result: Awaited<ReturnType<typeof run>>) =>
  result.quarantined.map(({ path, reason }) => [path, reason]);

describe('a broken file', () => {
  const nextYear = new Date(Date.now() + 365 * 86_400_000).toISOString();
  it.each([
    ['truncated', rawFilePath(source, time), whole.subarray(0, whole.length >> 1)],
    ['truncated', rawFilePath(source, time), whole.subarray(0, whole.length - 1)],
    ['truncated', rawFilePath(source, time), Buffer.alloc(0)],
    ['not_gzip', rawFilePath(source, time), Buffer.from(lines.join('\n'))],
    [
      'corrupt',
      rawFilePath(source, time),
      Buffer.concat([whole.subarray(0, -8), Buffer.from([1, 2, 3, 4]), whole.subarray(-4)]),
    ],
    ['no_file_time', `${source}/2018/08/01/backup.gz`, whole],
    ['no_file_time', `${source}/2018/02/30/201802-30-101005.gz`, whole],
    ['no_file_time', `${source}/201808-01-101005.gz`, whole],
    ['ahead', rawFilePath(source, nextYear), whole],
  ] as const)('%s: none of its lines count, the others do, run after run', async (reason, path, bytes) => {
    using workplace = withGoodFile();
    const alone = { in: workplace.in, out: workplace.place('alone') };
    await run(alone);
    writeRawBytes(workplace.in, path, bytes);
    for (let time = 1; time <= 2; time++) {
      const result = await run(workplace);
      expect(inQuarantine(result)).toEqual([[path, reason]]);
      expect(objects(workplace.out)).toEqual(objects(alone.out));
      expect(onlineRows(workplace.out)).toEqual(onlineRows(alone.out));
    }
  });

  it('without its end counts in full once the whole one has come', async () => {
    using workplace = withGoodFile();
    const path = writeRawBytes(workplace.in, rawFilePath(source, time), whole.subarray(0, 300));
    expect(inQuarantine(await run(workplace))).toEqual([[path, 'truncated']]);
    writeRawBytes(workplace.in, path, whole);
    expect(inQuarantine(await run(workplace))).toEqual([]);
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(objects(workplace.out)).toEqual(objects(fresh.out));
    expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
  });

  it('that goes away is missed by nobody', async () => {
    using workplace = withGoodFile();
    const path = writeRawBytes(workplace.in, rawFilePath(source, time), whole.subarray(0, 300));
    await run(workplace);
    rmSync(join(workplace.in, path));
    expect(await run(workplace)).toMatchObject({ quarantined: [], unsettled: [] });
  });
});

describe('a file that was read and then has other bytes', () => {
  it.each([
    ['others', gzipSync(line({ device_id: 'other' }))],
    ['fewer', whole.subarray(0, -10)],
    ['none', Buffer.alloc(0)],
  ])('%s: it is in quarantine, what was written stays, and restoring it mends all', async (_, bytes) => {
    using workplace = withGoodFile();
    const path = writeRawBytes(workplace.in, rawFilePath(source, time), whole);
    await run(workplace);
    const before = { objects: objects(workplace.out), online: onlineRows(workplace.out) };
    const now = () => ({ objects: objects(workplace.out), online: onlineRows(workplace.out) });

    writeFileSync(join(workplace.in, path), bytes);
    for (let time = 1; time <= 2; time++) {
      expect(inQuarantine(await run(workplace))).toEqual([[path, 'changed']]);
      expect(now()).toEqual(before);
    }
    writeFileSync(join(workplace.in, path), whole);
    expect(await run(workplace)).toMatchObject({ filesRead: 0, quarantined: [], unsettled: [] });
    expect(now()).toEqual(before);
  });

  it('is not read when its windows are revised: they stay as they are, until it is back', async () => {
    using workplace = withGoodFile();
    const path = writeRawBytes(workplace.in, rawFilePath(source, time), whole);
    await run(workplace);
    const before = objects(workplace.out);
    writeFileSync(join(workplace.in, path), gzipSync('{}'));
    writeRawFile(workplace.in, 'in/late', time, [line({ device_id: 'late', timestamp: at('10:02') })]);
    const { unsettled, quarantined } = await run(workplace);
    expect(quarantined.map((file) => file.path)).toEqual([path]);
    expect(unsettled.map(({ feature, window, why }) => [feature, window, why])).toEqual([
      ['device_last_browse', at('10:00'), `${path} has changed`],
    ]);
    expect(objects(workplace.out)).toEqual(before);

    writeFileSync(join(workplace.in, path), whole);
    expect(await run(workplace)).toMatchObject({ unsettled: [], quarantined: [] });
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(objects(workplace.out)).toEqual(objects(fresh.out));
  });

  it('is not read when its windows were never written: they are unsettled, until it is back', async () => {
    using workplace = withGoodFile();
    const path = writeRawBytes(workplace.in, rawFilePath(source, time), whole);
    await run(workplace, { from: at('10:10') });
    writeFileSync(join(workplace.in, path), gzipSync('{}'));
    const { unsettled, quarantined } = await run(workplace);
    expect(quarantined.map((file) => file.path)).toEqual([path]);
    expect(new Set(unsettled.map(({ window }) => window))).toEqual(new Set([at('10:00')]));

    writeFileSync(join(workplace.in, path), whole);
    expect(await run(workplace)).toMatchObject({ unsettled: [], quarantined: [] });
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(objects(workplace.out)).toEqual(objects(fresh.out));
  });
});

describe('the command', () => {
  it('ends with 1 and the list, says that the sum of the lines is right, and with 0 when all is mended', async () => {
    using workplace = withGoodFile();
    const path = writeRawBytes(workplace.in, rawFilePath(source, time), whole);
    truncateSync(join(workplace.in, path), 100);
    const backfill = ['backfill', '--in', workplace.in, '--out', workplace.out];
    const broken = await neartime(...backfill);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(new RegExp(`${path} +truncated +`));
    expect(broken.stdout).toMatch(/^read 1 = 1 events \+ 0 rejected \+ 0 blank$/m);
    expect(broken.stderr).toBe('');
    writeRawBytes(workplace.in, path, whole);
    expect(await neartime(...backfill)).toMatchObject({ code: 0, stderr: '' });
  });
});
