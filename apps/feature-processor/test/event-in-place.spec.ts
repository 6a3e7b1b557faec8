import { type EventSchema, eventRecord, eventRecordOf, eventSchema } from '@neartime/schemas';
import { RecordDecoder, RecordEncoder } from '@neartime/streams';
import { MemoryRegistry } from '@neartime/streams/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventReader } from '../src/event-reader.ts';
import { EventInPlace, type ReceivedEvent } from '../src/received-event.ts';

const schema: EventSchema = { ...eventSchema, price: 'decimal(2)', position: 'integer' };
const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const event = fc.record({
  ...{ event_name: text, timestamp: fc.integer({ min: 946_684_800, max: 4_102_444_800 }), country: text, brand: text },
  ...{ device_id: fc.option(text), user_id: fc.option(text) },
  ...{ price: fc.option(fc.maxSafeInteger()), position: fc.option(fc.integer()) },
  ...{ file_id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes)) },
  line: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

/** What folds see of an event. */
const seen = ({ view, fileAt }: EventInPlace) => ({
  texts: Array.from(view.starts, (start, i) => Buffer.from(view.bytes.subarray(start, view.ends[i])).toString()),
  numbers: [...view.numbers].map((number, i) => (view.starts[i] === view.ends[i] ? number : 0)),
  file: Buffer.from(view.bytes.subarray(fileAt, fileAt + 16)).toString('hex'),
  line: view.line,
});

const inBytes = (value: object): ReceivedEvent =>
  Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, typeof field === 'string' ? Buffer.from(field) : field]),
  ) as unknown as ReceivedEvent;

describe('an event', () => {
  const encoder = new RecordEncoder<object>(eventRecordOf(schema), 5, { longs: 'exact' });

  it('is the same read where it lies and as an object', () => {
    const [place, object] = [new EventInPlace(schema), new EventInPlace(schema)];
    fc.assert(
      fc.property(event, (value) => {
        const bytes = encoder.encode(value);
        expect(seen(place.read(bytes, 5))).toEqual(seen(object.of(inBytes(value))));
      }),
    );
  });

  it('that lacks its end, or has something behind it, is none', () => {
    const place = new EventInPlace(schema);
    fc.assert(
      fc.property(event, fc.integer({ min: 1, max: 30 }), (value, bytes) => {
        const whole = encoder.encode(value);
        expect(() => place.read(whole.subarray(0, whole.length - bytes), 5)).toThrow(RangeError);
        expect(() => place.read(Buffer.concat([whole, Buffer.alloc(bytes)]), 5)).toThrow(RangeError);
      }),
    );
  });
});

describe('events of several versions of the schema', () => {
  const registry = new MemoryRegistry();
  const base = {
    event_name: 'browse',
    timestamp: 1_533_117_600,
    country: 'pl',
    brand: 'olx',
    device_id: 'd',
    user_id: null,
  };
  const rest = { file_id: Buffer.alloc(16, 3), line: 8 };

  it('are read where they lie when they are of our own, and through its differences else', async () => {
    const own = await RecordEncoder.of<object>(registry, eventRecord);
    const { fields, ...record } = eventRecord;
    const later = { ...record, fields: [...fields, { name: 'app', type: 'string', default: '' }] };
    const other = await RecordEncoder.of<object>(registry, later);
    const decoder = new RecordDecoder(registry, [eventReader()]);
    const values = [own.encode({ ...base, ...rest }), other.encode({ ...base, ...rest, app: '1.2' })];
    await decoder.prepare(values);
    const [inPlace, asObject] = values.map((value) => decoder.decode(value) as { is: string; value: unknown });
    expect(inPlace!.value).toBeInstanceOf(EventInPlace);
    expect(asObject!.value).toMatchObject({ line: 8, timestamp: base.timestamp });
    const object = new EventInPlace(eventSchema).of(asObject!.value as ReceivedEvent);
    expect(seen(inPlace!.value as EventInPlace)).toEqual(seen(object));
    expect(decoder.decode(values[0]!.subarray(0, 20))).toMatchObject({ undecodable: expect.stringContaining('Event') });
  });
});
