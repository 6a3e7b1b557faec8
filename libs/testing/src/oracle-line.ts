import { isUtf8 } from 'node:buffer';
import {
  earliestTimestamp,
  futureToleranceSeconds,
  maxLineBytes,
  maxTextBytes,
  millisecondsFrom,
  timestampBound,
  type RejectReason,
} from '@neartime/schemas';

/** An event as the line rules define it, read in the plainest way there is. */
export interface OracleEvent {
  readonly eventName: string;
  readonly timestamp: number;
  readonly deviceId: string | undefined;
  readonly userId: string | undefined;
  readonly country: string;
  readonly brand: string;
}

/** What a line (without its newline) of a file of this time is; only the first may begin with a byte order mark. */
export function oracleLine(line: Buffer, fileTime: number, first = false): OracleEvent | RejectReason | 'blank' {
  if (line.length > maxLineBytes) return 'line_too_long';
  const marked = first && line.length >= 3 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
  const bytes = marked ? line.subarray(3) : line;
  if (bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)) return 'blank';
  if (!isUtf8(bytes)) return 'not_utf8';

  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return 'not_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_object';
  const fields = value as Record<string, unknown>;

  const eventName = trimmed(fields.event_name);
  if (eventName === undefined) return 'missing_event_name';
  const timestamp = epochSeconds(fields.timestamp);
  if (timestamp === undefined) return 'bad_timestamp';
  if (timestamp > fileTime + futureToleranceSeconds) return 'timestamp_in_future';
  const country = cleaned(fields.country);
  if (country === undefined) return 'missing_country';
  const brand = cleaned(fields.brand);
  if (brand === undefined) return 'missing_brand';
  const deviceId = cleaned(fields.device_id);
  const userId = cleaned(fields.user_id);
  if (deviceId === undefined && userId === undefined) return 'no_entity_id';
  return { eventName, timestamp, deviceId, userId, country, brand };
}

function cleaned(value: unknown): string | undefined {
  return known(text(value)?.trim().replace(/\s+/g, ' ').toLowerCase());
}

function trimmed(value: unknown): string | undefined {
  return known(text(value)?.trim());
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return undefined;
}

function known(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const wellFormed = value.toWellFormed();
  return Buffer.byteLength(wellFormed) > maxTextBytes ? undefined : wellFormed;
}

function epochSeconds(value: unknown): number | undefined {
  let number: number;
  if (typeof value === 'number') number = value;
  else if (typeof value === 'string' && /^\s*[0-9]+\s*$/.test(value)) number = Number(value);
  else return undefined;

  if (!Number.isInteger(number)) return undefined;
  const seconds = number >= millisecondsFrom ? Math.floor(number / 1000) : number;
  return seconds >= earliestTimestamp && seconds < timestampBound ? seconds : undefined;
}
