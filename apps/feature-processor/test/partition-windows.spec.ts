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
    const anyDeaths = fc.array(fc.nat(200), { maxLength: 4 });
    fc.assert(
      fc.property(anyLog, anyDeaths, (log, deaths) => {
        const closed: unknown[] = [];
        const dying = new Set(deaths);
        let windows = openWindows();
        for (let offset = 0; offset < log.length; offset++) {
          closed.push(...feed(windows, log[offset]!, offset).map(shown));
          if (!dying.delete(offset)) continue;
          // What a commit at this place says, and nothing else, is known to the next owner.
          const [from, closedBefore] = [Math.min(windows.firstOffset, offset + 1), windows.closedBefore];
          windows = openWindows(closedBefore, offset + 1);
          for (let again = from; again <= offset; again++) expect(feed(windows, log[again]!, again)).toEqual([]);
        }
        expect(closed).toEqual(closedBy(log));
      }),
      { numRuns: 300 },
    );
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
