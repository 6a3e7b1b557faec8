import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, line, oracle, writeRawFile } from '@neartime/testing';
import pLimit from 'p-limit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldWindows } from '../src/embedded/held-windows.ts';
import { Workers } from '../src/embedded/workers.ts';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { newestOf, onlineRows, partsByHyparquet, partsOf, revisions } from './store.ts';

let workplace: Workplace;
beforeEach(() => {
  workplace = new Workplace();
  readInOrder();
});
afterEach(() => {
  vi.restoreAllMocks();
  workplace[Symbol.dispose]();
});

/** File after file, so that time goes on with each, however many threads there are and whichever is quicker. */
function readInOrder(): void {
  const { read } = Workers.prototype;
  const oneByOne = pLimit(1);
  vi.spyOn(Workers.prototype, 'read').mockImplementation(function (this: Workers, task) {
    return oneByOne(() => read.call(this, task));
  });
}

const time = (minutes: number) => new Date((at('10:00') + minutes * 60) * 1000).toISOString().slice(11, 19);

/** Two hours of files, one every ten minutes; each brings lines of all windows of the hour before. */
function writeTwoHours(): void {
  for (let chunk = 1; chunk <= 12; chunk++) {
    const lines: string[] = [];
    for (let back = 1; back <= Math.min(chunk, 6); back++) {
      for (let device = 0; device < 20; device++) {
        const id = `😀 ${(device * 7 + back * chunk) % 60}`;
        lines.push(
          line({ device_id: id, user_id: `of ${id}`, timestamp: at(time((chunk - back) * 10 + (device % 10))) }),
        );
      }
    }
    writeRawFile(workplace.in, 'in/a', `2018-08-01T${time(chunk * 10)}Z`, lines);
  }
}

describe('windows that are held for an hour', () => {
  it('have the lines that come while their rows are on disk, without a second reading', async () => {
    writeTwoHours();
    const put = vi.spyOn(HeldWindows.prototype, 'put');
    await run(workplace);
    expect(put.mock.calls.length).toBeGreaterThan(6);
    expect(new Set(Object.values(revisions(workplace.out)))).toEqual(new Set([0]));
    const expected = oracle(workplace.in);
    expect(await partsByHyparquet(workplace.out)).toEqual(partsOf(expected.rows));
    expect(onlineRows(workplace.out)).toEqual(newestOf(expected.rows));
    expect(existsSync(join(workplace.out, '.held'))).toBe(false);
  });

  it('are not written with what is left of them when one cannot be laid aside', async () => {
    for (let chunk = 1; chunk <= 4; chunk++) {
      const timestamp = at(time((chunk - 1) * 10));
      const lines = Array.from({ length: 40 }, (_, i) =>
        line({ device_id: `${chunk} ${i}`, user_id: `u${i}`, timestamp }),
      );
      writeRawFile(workplace.in, 'in/a', `2018-08-01T${time(chunk * 10)}Z`, lines);
    }
    const obstacle = join(workplace.out, '.held', `${at('10:00')}-1`);
    mkdirSync(obstacle, { recursive: true });
    await expect(run(workplace)).rejects.toThrow(/cannot write .*: a folder is in its place; move it away/);
    await run(workplace);
    const expected = oracle(workplace.in);
    expect(await partsByHyparquet(workplace.out)).toEqual(partsOf(expected.rows));
    expect(onlineRows(workplace.out)).toEqual(newestOf(expected.rows));
  });

  it('take nothing of what a killed run has left on disk, which goes with them', async () => {
    writeTwoHours();
    const left = join(workplace.out, '.held');
    mkdirSync(left, { recursive: true });
    for (let i = 0; i < 12; i++) writeFileSync(join(left, `${at('10:00')}-${i}`), 'cut off');
    await run(workplace);
    expect(onlineRows(workplace.out)).toEqual(newestOf(oracle(workplace.in).rows));
    expect(readdirSync(workplace.out)).not.toContain('.held');
  });
});
