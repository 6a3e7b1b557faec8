import type { EventView } from '@neartime/engines';
import { type EventSchema, eventRecordOf, eventSchema } from '@neartime/schemas';
import { RecordEncoder } from '@neartime/streams';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventBytes } from '../src/event-bytes.ts';

const schema: EventSchema = { ...eventSchema, price: 'decimal(2)', screen: 'text', position: 'integer' };
const fields = Object.entries(schema);
const always = new Set(['event_name', 'timestamp', 'country', 'brand']);
const isText = (kind: string) => kind === 'text' || kind === 'name';

const valueOf = ([name, kind]: [string, string]): fc.Arbitrary<Uint8Array | number | null> => {
  const value = isText(kind) ? fc.uint8Array({ minLength: 1, maxLength: 200 }) : fc.maxSafeInteger();
  return always.has(name) ? value : fc.option(value as fc.Arbitrary<Uint8Array | number>, { nil: null });
};

/** As the reader of lines shows it: the fields of several lines beside each other, of which this is the second. */
function viewOf(values: readonly (Uint8Array | number | null)[], line: number): EventView {
  const at = values.length;
  const bytes = new Uint8Array(4096);
  const [starts, ends] = [new Int32Array(2 * at), new Int32Array(2 * at)];
  const numbers = new Float64Array(2 * at).fill(NaN);
  let end = 7;
  values.forEach((value, i) => {
    starts[at + i] = end;
    if (value instanceof Uint8Array) {
      bytes.set(value, end);
      end += value.length;
    } else if (typeof value === 'number') numbers[at + i] = value;
    ends[at + i] = end;
  });
  return { bytes, starts, ends, numbers, at, line };
}

it('are the bytes that the encoder makes of the same event', () => {
  const fileId = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const encoder = new RecordEncoder<object>(eventRecordOf(schema), 77, { strings: 'bytes', longs: 'exact' });
  const event = new EventBytes(schema, fileId, 77);
  fc.assert(
    fc.property(fc.tuple(...fields.map(valueOf)), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (values, line) => {
      const names = fields.map(([name], i) => {
        const value = values[i]!;
        return [name, value instanceof Uint8Array ? Buffer.from(value) : value];
      });
      const expected = encoder.encode({ ...Object.fromEntries(names), file_id: fileId, line });
      const end = event.lay(viewOf(values, line));
      expect(Buffer.from(event.bytes.subarray(0, end)).toString('hex')).toBe(Buffer.from(expected).toString('hex'));
    }),
  );
});
