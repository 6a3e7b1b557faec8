import type { Value } from '../result.ts';

/** A value in one cell of text: text as it is, lists and structs as JSON, nothing for NULL. */
export function textOf(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
