import { isUtf8 } from 'node:buffer';
import type { RejectReason } from '@neartime/schemas';
import { cleanName, cleanText } from './clean.ts';
import type { Field } from './field.ts';
import { readDecimal, readTimestamp } from './numbers.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The fields of one line by their index in the layout: bytes for text, a number otherwise; missing is `undefined` or NaN. */
export type LineFields = readonly (Uint8Array | number | undefined)[];

/**
 * Reads a line the plain way, through JSON.parse: the definition of what a line means, and the way for every line that the
 * byte scanner will not vouch for. `line` is without its newline.
 */
export function parseLine(line: Uint8Array, fields: readonly Field[]): LineFields | RejectReason {
  if (!isUtf8(line)) return 'not_utf8';
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(line));
  } catch {
    return 'not_json';
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'not_object';
  const object = parsed as Record<string, unknown>;
  return fields.map((field) => readField(field, Object.hasOwn(object, field.name) ? object[field.name] : undefined));
}

function readField({ kind, scale }: Field, value: unknown): Uint8Array | number | undefined {
  if (kind === 'text') return cleanText(value);
  if (kind === 'name') return cleanName(value);
  return kind === 'timestamp' ? readTimestamp(value) : readDecimal(value, scale);
}
