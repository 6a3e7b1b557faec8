import { describe, expect, it } from 'vitest';
import { measured, nodeProgram } from '../src/child-run.ts';
import { median, quantile, ratios } from '../src/figures.ts';
import { readOptions } from '../src/options.ts';
import { tableOf } from '../src/report.ts';

describe('figures', () => {
  it('take the middle value, and between two the one in proportion', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const hundred = Array.from({ length: 101 }, (_, n) => n);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile([7], 0.99)).toBe(7);
    expect(() => median([])).toThrow(RangeError);
  });

  it('set each run against the one that took turns with it', () => {
    const run = (seconds: number) => ({ wallSeconds: seconds, cpuSeconds: 2 * seconds, peakMegabytes: 100 });
    expect(ratios([run(1), run(3)], [run(2), run(1)])).toEqual([
      { wallSeconds: 0.5, cpuSeconds: 0.5, peakMegabytes: 1 },
      { wallSeconds: 3, cpuSeconds: 3, peakMegabytes: 1 },
    ]);
  });
});

describe('a measured program', () => {
  const program = (code: string) => {
    const url = `data:text/javascript,${encodeURIComponent(code)}`;
    return nodeProgram('--import', url, '-e', '0');
  };

  it('is measured with its threads and at its peak', async () => {
    const spin = `const end = performance.now() + 300; while (performance.now() < end);`;
    const work = `
      import { isMainThread, Worker } from 'node:worker_threads';
      if (isMainThread) { new Worker(${JSON.stringify(spin)}, { eval: true }); Buffer.alloc(300 << 20, 1); }`;
    const run = await measured(program(work));
    expect(run.wallSeconds).toBeGreaterThan(0.3);
    expect(run.cpuSeconds).toBeGreaterThan(0.25);
    expect(run.peakMegabytes).toBeGreaterThan(300);
    expect(run.peakMegabytes).toBeLessThan(600);
  });

  it('that fails is told with what it said', async () => {
    await expect(measured(program(`console.error('no space left'); process.exit(3);`))).rejects.toThrow(
      /ended with 3: no space left$/,
    );
  });
});

describe('options', () => {
  it('stand for the whole benchmark unless less is asked', () => {
    expect(readOptions([])).toMatchObject({
      pairs: 5,
      eventsPerFile: 300_000,
      gets: 100_000,
      starts: 20,
      only: { length: 5 },
    });
    expect(readOptions(['--quick'])).toMatchObject({ pairs: 1, eventsPerFile: 30_000 });
    expect(readOptions(['--quick', '--pairs', '2', '--only', 'get', '--only=small'])).toMatchObject({
      pairs: 2,
      only: ['get', 'small'],
    });
    expect(readOptions(['-h'])).toBe('help');
  });

  it.each([[['--pairs', '0']], [['--pairs', 'x']], [['--only', 'huge']], [['--fast']], [['small']]])(
    'refuse %j',
    (args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );
});

it('the table is Markdown', () => {
  const lines = [
    { what: 'a', wall: '1.00 s', cpu: '2.00 s', memory: '10 MB', asked: '≤ 700 MB', met: true },
    { what: 'long name', remark: 'skipped' },
  ];
  expect(tableOf(lines)).toBe(
    [
      '|           |    wall |    CPU | peak memory | asked    |     |',
      '|-----------|--------:|-------:|------------:|----------|-----|',
      '| a         |  1.00 s | 2.00 s |       10 MB | ≤ 700 MB | yes |',
      '| long name | skipped |        |             |          |     |',
    ].join('\n'),
  );
});
