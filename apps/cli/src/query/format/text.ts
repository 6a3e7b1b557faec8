import type { Value } from '../result.ts';

/** A value in one cell of text: text as it is, lists and structs as JSON, nothing for NULL. */
export function textOf(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What raw files say, for people: a terminal must not obey it. */
export const shown = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
