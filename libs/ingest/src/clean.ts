import { maxTextBytes } from '@neartime/schemas';

const encoder = new TextEncoder();

/** A raw value as text: a string as it is, a finite number as JavaScript prints it; any other value is missing. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

const bounded = (text: string): Uint8Array | undefined => {
  const bytes = encoder.encode(text.toWellFormed());
  return bytes.length > 0 && bytes.length <= maxTextBytes ? bytes : undefined;
};

/** The cleaned UTF-8 bytes of a text field, or `undefined` when it is missing. This is the definition that every faster way must equal. */
export function cleanText(value: unknown): Uint8Array | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : bounded(text.trim().replace(/\s+/g, ' ').toLowerCase());
}

/** The UTF-8 bytes of an event name: trimmed only. */
export function cleanName(value: unknown): Uint8Array | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : bounded(text.trim());
}
