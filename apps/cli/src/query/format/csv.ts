import type { Result, Value } from '../result.ts';
import { textOf } from './text.ts';

/** RFC 4180: a header, CRLF after each line. NULL is an empty field and empty text is `""`. */
export async function* csv({ columns, batches }: Result): AsyncGenerator<string> {
  yield line(columns.map(({ name }) => name));
  for await (const rows of batches) yield rows.map(line).join('');
}

const line = (values: readonly Value[]): string => `${values.map(field).join(',')}\r\n`;

function field(value: Value): string {
  const text = textOf(value);
  return value === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
