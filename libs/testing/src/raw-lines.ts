import { maxLineBytes, maxWindowsPerFile } from '@neartime/schemas';

/** Epoch seconds of a time of the day of the tests, 1 August 2018 (UTC): `at('10:03')`, `at('10:03:20')`. */
export const at = (time: string): number => Date.parse(`2018-08-01T${time.length === 5 ? `${time}:00` : time}Z`) / 1000;

const browse = {
  event_name: 'view_item',
  timestamp: at('10:03'),
  device_id: 'device-1',
  country: 'pl',
  brand: 'olx',
};

/** A raw line: a browse of device-1 at 10:03, with the given fields instead. `undefined` takes a field away. */
export const line = (fields: { readonly [field: string]: unknown } = {}): string =>
  JSON.stringify({ ...browse, ...fields });

/** A good line but for its length, which is one byte above what is read. */
export function lineTooLong(): string {
  const length = line({ padding: '' }).length;
  return line({ padding: 'x'.repeat(maxLineBytes + 1 - length) });
}

/** One line in each of ten thousand windows and `more`, backwards from a time. */
export const linesOfManyWindows = (from: number, more = 1): string[] =>
  Array.from({ length: maxWindowsPerFile + more }, (_, n) => line({ timestamp: from - n * 600 }));
