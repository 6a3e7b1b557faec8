import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { futureToleranceSeconds, maxWindowsPerFile, type RejectReason } from '@neartime/schemas';
import { oracleLine, type OracleEvent } from './oracle-line.ts';

/** What a raw file holds: read = blank + events + all that is rejected. Reasons that do not occur are not listed. */
export interface OracleCounts {
  readonly read: number;
  readonly blank: number;
  readonly events: number;
  readonly rejected: Partial<Record<RejectReason, number>>;
}

/** Why none of a file's lines counts. */
export type OracleQuarantine = 'no_file_time' | 'ahead' | 'not_gzip' | 'truncated' | 'corrupt';

export type OracleFile =
  { readonly counts: OracleCounts; readonly events: OracleEvent[] } | { readonly quarantined: OracleQuarantine };

/** Reads one raw file. Its path ends with the date folders and the name that carry its time; `now` is in seconds. */
export function oracleFile(path: string, now: number): OracleFile {
  const fileTime = fileTimeOf(path);
  if (fileTime === undefined) return { quarantined: 'no_file_time' };
  if (fileTime > now + futureToleranceSeconds) return { quarantined: 'ahead' };

  const packed = readFileSync(path);
  try {
    const { buffer, engine } = gunzipSync(packed, { info: true }) as unknown as Unpacked;
    return engine.bytesWritten < packed.length ? { quarantined: 'corrupt' } : countLines(buffer, fileTime);
  } catch (error) {
    return { quarantined: faultOf(error as NodeJS.ErrnoException) };
  }
}

/** What zlib gives with `info`; `bytesWritten` is how much it took in, which leaves out what follows the gzip data. */
interface Unpacked {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function faultOf(error: NodeJS.ErrnoException): OracleQuarantine {
  if (error.code === 'Z_BUF_ERROR') return 'truncated';
  if (error.code === 'Z_DATA_ERROR') return error.message === 'incorrect header check' ? 'not_gzip' : 'corrupt';
  throw error;
}

function countLines(content: Buffer, fileTime: number): OracleFile {
  let read = 0;
  let blank = 0;
  const rejected: Partial<Record<RejectReason, number>> = {};
  const events: OracleEvent[] = [];
  const windows = new Set<number>();
  const reject = (reason: RejectReason) => (rejected[reason] = (rejected[reason] ?? 0) + 1);

  for (const line of linesOf(content)) {
    const event = oracleLine(line, fileTime, read === 0);
    read += 1;
    if (event === 'blank') {
      blank += 1;
    } else if (typeof event === 'string') {
      reject(event);
    } else {
      const window = Math.floor(event.timestamp / 600) * 600;
      if (!windows.has(window) && windows.size === maxWindowsPerFile) {
        reject('too_many_windows');
      } else {
        windows.add(window);
        events.push(event);
      }
    }
  }
  return { counts: { read, blank, events: events.length, rejected }, events };
}

function* linesOf(content: Buffer): Generator<Buffer> {
  let start = 0;
  while (start < content.length) {
    const newline = content.indexOf(10, start);
    const end = newline === -1 ? content.length : newline;
    yield content.subarray(start, end);
    start = end + 1;
  }
}

function fileTimeOf(path: string): number | undefined {
  const found = /\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]*-(\d{2})(\d{2})(\d{2})\.gz$/.exec(path);
  if (!found) return undefined;
  const [, year, month, day, hours, minutes, seconds] = found;
  const iso = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.000Z`;
  const time = new Date(iso);
  // 30 February is read as a day in March.
  return !Number.isNaN(time.getTime()) && time.toISOString() === iso ? time.getTime() / 1000 : undefined;
}
