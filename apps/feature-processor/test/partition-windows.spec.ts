import {
  type OpenWindow,
  addLineSums,
  lineHashHigh,
  lineHashLow,
  noLines,
  packPart,
  seedLineSum,
  sortRows,
} from '@neartime/engines';
import { at } from '@neartime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Logged, type LoggedEvent, anyLog, devices, feed, grace, openWindows } from './log.ts';

const windowSeconds = 600;
const windowOf = ({ timestamp }: LoggedEvent) => Math.floor(timestamp / windowSeconds) * windowSeconds;
const lagMax = 6 * 3600;

/** A closed window as it can be compared: its rows and the sum of its lines. */
function shown(window: OpenWindow) {
  const rows = sortRows(packPart(window, devices, 0), devices);
  const ids = Array.from({ length: rows.rows }, (_, i) =>
    Buffer.from(rows.ids.subarray(rows.offsets[i], rows.offsets[i + 1])).toString(),
  );
  return {
    start: window.start,
    rows: ids.map((id, i) => [id, Number(rows.values[i])]),
    lines: window.lines('device', 0),
  };
}

/** The windows that a log closes, by the definition, which keeps everything and looks at all of it. */
function oracle(log: readonly Logged[]) {
  const said = new Map<string, number>();
  const seen = new Map<number, number>();
  const open = new Map<number, LoggedEvent[]>();
  let closedBefore = -Infinity;
  let watermark = -Infinity;
  const closed: ReturnType<typeof shown>[] = [];
  for (const record of log) {
    if ('source' in record) {
      said.set(record.source, Math.max(said.get(record.source) ?? -Infinity, record.upTo));
      const greatest = Math.max(...said.values());
      watermark = Math.max(watermark, Math.min(...[...said.values()].filter((time) => time >= greatest - lagMax)));
      for (const [start, events] of [...open].sort(([a], [b]) => a - b)) {
        if (start + windowSeconds + grace > watermark) continue;
        open.delete(start);
        closed.push({ start, ...resultOf(events) });
      }
      closedBefore = Math.max(closedBefore, Math.floor((watermark - grace) / windowSeconds) * windowSeconds);
      continue;
    }
    if (record.line <= (seen.get(record.file) ?? 0)) continue;
    seen.set(record.file, record.line);
    const window = windowOf(record);
    if (window >= closedBefore) open.set(window, [...(open.get(window) ?? []), record]);
  }
  return closed;
}

function resultOf(events: readonly LoggedEvent[]) {
  const latest = new Map<string, number>();
  let lines = noLines;
  for (const { file, line, device, timestamp } of events) {
    latest.set(device, Math.max(latest.get(device) ?? -Infinity, timestamp));
    const hash = { lines: 1, high: lineHashHigh(line), low: lineHashLow(line) };
    lines = addLineSums(lines, seedLineSum(hash, Buffer.alloc(16, file + 1).toString('hex')));
  }
  return { rows: [...latest].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))), lines };
}

const closedBy = (log: readonly Logged[]) => {
  const windows = openWindows();
  return log.flatMap((record, offset) => feed(windows, record, offset)).map(shown);
};

/** The same with owners that die right after these offsets; the next one knows what a commit there says, and nothing else. */
function closedWithDeaths(log: readonly Logged[], deaths: readonly number[]) {
  const closed: ReturnType<typeof shown>[] = [];
  let windows = openWindows();
  for (const [offset, record] of log.entries()) {
    closed.push(...feed(windows, record, offset).map(shown));
    if (!deaths.includes(offset)) continue;
    const from = Math.min(windows.firstOffset, offset + 1);
    windows = openWindows(windows.closedBefore, offset + 1);
    for (let again = from; again <= offset; again++) closed.push(...feed(windows, log[again]!, again).map(shown));
  }
  return closed;
}

describe('the windows of a partition', () => {
  it('close with what the definition gives: first copies of lines, latest of each key, none that came late', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        expect(closedBy(log)).toEqual(oracle(log));
      }),
      { numRuns: 300 },
    );
  });

  it('close the same, however often their owner dies and another reads again from the commit', () => {
    const anyDeaths = fc.uniqueArray(fc.nat(60), { maxLength: 6 });
    fc.assert(
      fc.property(anyLog, anyDeaths, (log, deaths) => {
        expect(closedWithDeaths(log, deaths)).toEqual(closedBy(log));
      }),
      { numRuns: 500 },
    );
  });

  it('do not close while the log is only read again, when a source that is far ahead speaks before one that is behind', () => {
    const log: Logged[] = [
      { source: 'behind', upTo: at('10:01') },
      { file: 0, line: 1, timestamp: at('10:05'), device: 'a' },
      { source: 'ahead', upTo: at('11:00') },
      { file: 0, line: 2, timestamp: at('10:06'), device: 'b' },
      { source: 'behind', upTo: at('10:02') },
      { source: 'behind', upTo: at('11:00') },
    ];
    expect(closedBy(log)).toHaveLength(1);
    for (let death = 0; death < log.length; death++) expect(closedWithDeaths(log, [death])).toEqual(closedBy(log));
  });

  it('ask for no more of the log than the open windows and the sources need', () => {
    const windows = openWindows();
    const log: Logged[] = [
      { file: 0, line: 1, timestamp: 1_533_117_600, device: 'a' },
      { source: 's', upTo: 1_533_117_600 },
      { file: 0, line: 2, timestamp: 1_533_118_200, device: 'a' },
      { source: 's', upTo: 1_533_118_500 },
    ];
    const firstOffsets = log.map((record, offset) => {
      feed(windows, record, offset);
      return windows.firstOffset;
    });
    // The first window is closed by the last record; what is left begins with the second one's event.
    expect(firstOffsets).toEqual([0, 0, 0, 2]);
  });
});
