import { eventSchema } from '@neartime/schemas';
import { fieldsOf } from '../src/field.ts';
import { LineScanner } from '../src/line-scanner.ts';

export const fields = fieldsOf(eventSchema);
const scanner = new LineScanner(fields);

/** The fields of a line as the quick way sees them; `undefined` for a line that it does not vouch for. */
export function scanned(line: Uint8Array): (string | number | undefined)[] | undefined {
  const { memory, input, starts, ends, numbers } = scanner;
  const end = input + line.length + 1;
  memory.set(line, input);
  // Right behind the line lies what would go on well, if the scanner did not stop.
  memory.set(Buffer.from('\n"}\n}\n'), end - 1);
  const lines = scanner.scan(input, end);
  if (lines === 0 || !scanner.areUtf8(lines)) return undefined;
  if (scanner.next !== end || lines !== 1) throw new Error(`the scanner went on to ${scanner.next}, not ${end}`);
  const textOf = (field: number) => Buffer.from(memory.subarray(starts[field], ends[field])).toString() || undefined;
  return fields.map(({ kind }, field) => (kind === 'text' || kind === 'name' ? textOf(field) : numbers[field]));
}
