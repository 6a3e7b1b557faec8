import { earliestTimestamp, millisecondsFrom, timestampBound } from '@neartime/schemas';

/** Whole epoch seconds of a raw timestamp: a number or a string of digits, milliseconds floored. NaN when it is none. */
export function readTimestamp(value: unknown): number {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : NaN;
  return Number.isInteger(number) ? toSeconds(number) : NaN;
}

/** Seconds of a whole number of seconds or milliseconds; NaN outside 2000–2100. */
export function toSeconds(number: number): number {
  const seconds = number >= millisecondsFrom ? Math.floor(number / 1000) : number;
  return seconds >= earliestTimestamp && seconds < timestampBound ? seconds : NaN;
}

/**
 * A raw number, or a string that holds one, in units of 10^-scale; NaN unless it is a whole number of units that a double
 * holds exactly. It goes by the decimal digits as JavaScript prints them, so that 0.29 at scale 2 is 29.
 */
export function readDecimal(value: unknown, scale: number): number {
  const text =
    typeof value === 'number' ? withoutExponent(String(value)) : typeof value === 'string' ? value.trim() : '';
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!parts) return NaN;
  const [, sign, whole, decimals = ''] = parts;
  const kept = decimals.slice(0, significant(decimals));
  if (kept.length > scale) return NaN;
  const units = Number(whole + kept.padEnd(scale, '0'));
  if (!Number.isSafeInteger(units)) return NaN;
  return sign === '-' && units !== 0 ? -units : units;
}

/** How many digits are left without the zeros at the end. A loop, since a pattern would try each zero as a beginning. */
function significant(digits: string): number {
  let length = digits.length;
  while (length > 0 && digits[length - 1] === '0') length--;
  return length;
}

/** JavaScript prints what is below 10^-6 as 1.5e-7: the same digits behind a point. Larger exponents are no exact numbers anyway. */
function withoutExponent(printed: string): string {
  const parts = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(printed);
  if (!parts) return printed;
  const [, sign, first, rest = '', exponent] = parts;
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`;
}
