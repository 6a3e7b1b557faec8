import {
  type AvroRecord,
  eventRecordOf,
  eventRecord,
  eventSchema,
  featureRowRecord,
  type Progress,
  progressRecord,
} from '@neartime/schemas';
import avro, { type Schema } from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reading, RecordDecoder, RecordEncoder } from '../src/index.ts';
import { MemoryRegistry } from '../src/memory/index.ts';

const utf8 = (text: string) => Buffer.from(text);
const event = (id: string, more: object = {}) => ({
  event_name: 'browse',
  timestamp: 1_533_081_600,
  device_id: id,
  user_id: null,
  country: 'pl',
  brand: 'olx',
  file_id: Buffer.alloc(16, 7),
  line: 3,
  ...more,
});
const inBytes = (value: ReturnType<typeof event>) =>
  Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, typeof field === 'string' ? utf8(field) : field]),
  );

async function decodeOne(registry: MemoryRegistry, encoded: Uint8Array, record: AvroRecord, reading: Reading = {}) {
  const decoder = new RecordDecoder(registry, [{ record, ...reading }], { pauseMs: 1 });
  await decoder.prepare([encoded]);
  return decoder.decode(encoded);
}

describe('records', () => {
  it('are a zero, the number of the schema and what avsc itself writes', async () => {
    const registry = new MemoryRegistry();
    const type = avro.Type.forSchema(eventRecord as unknown as Schema);
    const encoder = await RecordEncoder.of(registry, eventRecord, { strings: 'bytes' });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (id) => {
        const encoded = Buffer.from(encoder.encode(inBytes(event(id))));
        expect(encoded).toEqual(Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), type.toBuffer(event(id))]));
        expect(await decodeOne(registry, encoded, eventRecord)).toMatchObject({
          is: 'neartime.Event',
          value: { device_id: id, line: 3 },
        });
        const { value } = (await decodeOne(registry, encoded, eventRecord, { strings: 'bytes' })) as {
          value: { device_id: Buffer };
        };
        expect(Buffer.from(value.device_id).toString()).toBe(id);
      }),
    );
  });

  it('stand for good, however many and however large they are', async () => {
    const registry = new MemoryRegistry();
    const encoder = await RecordEncoder.of(registry, eventRecord);
    const ids = Array.from({ length: 3000 }, (_, i) => `${i}`.repeat(i % 100 === 0 ? 100_000 : 10));
    const encoded = ids.map((id) => encoder.encode(event(id)));
    for (const [i, id] of ids.entries())
      if (i % 7 === 0)
        expect(await decodeOne(registry, encoded[i]!, eventRecord)).toMatchObject({ value: { device_id: id } });
  });

  it('of a newer and an older schema are read side by side', async () => {
    const registry = new MemoryRegistry();
    const newer = eventRecordOf({ ...eventSchema, price: 'decimal(2)' });
    const oldOnes = await RecordEncoder.of(registry, eventRecord);
    const newOnes = await RecordEncoder.of(registry, newer);
    const [one, two] = [oldOnes.encode(event('a')), newOnes.encode(event('b', { price: 1999 }))];
    expect(await decodeOne(registry, one, newer)).toMatchObject({ value: { device_id: 'a', price: null } });
    expect(await decodeOne(registry, two, newer)).toMatchObject({ value: { device_id: 'b', price: 1999 } });
    expect(await decodeOne(registry, two, eventRecord)).toMatchObject({ value: { device_id: 'b' } });
  });

  it('hold every 64-bit number exactly', async () => {
    const registry = new MemoryRegistry();
    const record = featureRowRecord('sum', 'total', 'INT64');
    const encoder = await RecordEncoder.of(registry, record, { longs: 'exact' });
    for (const total of [0, -1, 2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), null]) {
      const row = { window: 600, partition: 0, revision: 0, lines: 1, id: 'a', country: 'b', brand: 'c', total };
      expect(await decodeOne(registry, encoder.encode(row), record, { longs: 'exact' })).toMatchObject({
        value: { total, window: 600 },
      });
    }
  });

  it('that cannot be read say why', async () => {
    const registry = new MemoryRegistry();
    const encoded = (await RecordEncoder.of(registry, eventRecord)).encode(event('a'));
    const why = async (value: Uint8Array, record: AvroRecord) => {
      const decoded = await decodeOne(registry, value, record);
      return 'undecodable' in decoded ? decoded.undecodable : 'nothing';
    };
    expect(await why(utf8('{"json": true}'), eventRecord)).toBe('it is no record in the Confluent wire format');
    expect(await why(new Uint8Array(0), eventRecord)).toBe('it is no record in the Confluent wire format');
    expect(await why(Buffer.from([0, 0, 0, 0, 99, 1]), eventRecord)).toBe('schema 99 is not in the registry');
    expect(await why(encoded, progressRecord)).toBe('a neartime.Event does not belong here');
    expect(await why(encoded.subarray(0, 12), eventRecord)).toMatch(/^it is no neartime.Event of schema 1: /);
  });

  it('whose schema is none of Avro are not waited for', async () => {
    const registry = new MemoryRegistry();
    let asked = 0;
    const mixed = {
      register: registry.register.bind(registry),
      latest: registry.latest.bind(registry),
      schema: async () => (asked++, 'other' as const),
    };
    const decoder = new RecordDecoder(mixed, [{ record: eventRecord }], { pauseMs: 60_000 });
    const value = Buffer.from([0, 0, 0, 0, 7, 1]);
    await decoder.prepare([value]);
    await decoder.prepare([value]);
    expect(decoder.decode(value)).toEqual({ undecodable: 'schema 7 is no record of Avro' });
    expect(asked).toBe(1);
  });

  it('with more items than bytes take no memory for them, whichever schema reads or passes over them', async () => {
    const registry = new MemoryRegistry();
    const encoder = await RecordEncoder.of<Progress>(registry, progressRecord);
    const encoded = encoder.encode({ sources: [] });
    expect(await decodeOne(registry, encoded, progressRecord)).toMatchObject({ value: { sources: [] } });
    // As Avro writes a hundred million, before items that do not come; and minus as many, with the bytes of a block.
    for (const promise of [
      [0x80, 0x84, 0xaf, 0x5f],
      [0xff, 0x83, 0xaf, 0x5f, 2],
    ]) {
      const bomb = Buffer.concat([encoded.subarray(0, -1), Buffer.from(promise)]);
      for (const fields of [progressRecord.fields, [{ name: 'more', type: ['null', 'string'], default: null }]]) {
        const decoded = await decodeOne(registry, bomb, { ...progressRecord, fields });
        expect(decoded).toEqual({
          undecodable: expect.stringMatching(/an array of 100000000 items is longer than its record$/),
        });
      }
    }
  });

  it('wait a moment for a schema that the registry has not heard of yet', async () => {
    const registry = new MemoryRegistry();
    const encoded = (await RecordEncoder.of(registry, eventRecord)).encode(event('a'));
    let asked = 0;
    const lagging = {
      register: registry.register.bind(registry),
      latest: registry.latest.bind(registry),
      schema: async (id: number) => (++asked < 3 ? undefined : registry.schema(id)),
    };
    const decoder = new RecordDecoder(lagging, [{ record: eventRecord }], { pauseMs: 1 });
    await decoder.prepare([encoded]);
    expect(decoder.decode(encoded)).toMatchObject({ is: 'neartime.Event' });
  });

  it('are read again once the registry has their schema, however long that takes; until then it is asked now and then', async () => {
    const registry = new MemoryRegistry();
    const encoded = (await RecordEncoder.of(registry, eventRecord)).encode(event('a'));
    let now = 100;
    let isThere = false;
    let asked = 0;
    const restored = {
      register: registry.register.bind(registry),
      latest: registry.latest.bind(registry),
      schema: async (id: number) => (asked++, isThere ? registry.schema(id) : undefined),
    };
    const clock = { elapsed: () => now };
    const decoder = new RecordDecoder(restored, [{ record: eventRecord }], { pauseMs: 1, againAfter: 60, clock });
    const decoded = async (...values: Uint8Array[]) => {
      await decoder.prepare(values);
      return values.map((value) => decoder.decode(value));
    };
    expect(await decoded(encoded)).toEqual([{ undecodable: 'schema 1 is not in the registry' }]);
    const askedAtFirst = asked;
    for (now = 101; now < 160; now++) await decoded(encoded);
    expect(asked).toBe(askedAtFirst);
    now = 161;
    await decoded(encoded);
    expect(asked).toBe(askedAtFirst + 1);
    isThere = true;
    now = 222;
    expect(await decoded(encoded, encoded)).toMatchObject([{ is: 'neartime.Event' }, { is: 'neartime.Event' }]);
  });

  it('of many schemas that nobody knows make others wait no longer than one of them', async () => {
    const registry = new MemoryRegistry();
    const encoded = (await RecordEncoder.of(registry, eventRecord)).encode(event('a'));
    const unknown = Array.from({ length: 200 }, (_, i) => Buffer.from([0, 0, 0, 1, i, 0]));
    let asked = 0;
    const counting = {
      register: registry.register.bind(registry),
      latest: registry.latest.bind(registry),
      schema: async (id: number) => (asked++, registry.schema(id)),
    };
    // With a pause for each of them this would take minutes.
    const decoder = new RecordDecoder(counting, [{ record: eventRecord }], { pauseMs: 200 });
    await decoder.prepare([...unknown, encoded]);
    expect(decoder.decode(encoded)).toMatchObject({ is: 'neartime.Event' });
    expect(asked).toBe(200 * 5 + 1);
  });

  it('are not registered with a schema that cannot read the older ones', async () => {
    const registry = new MemoryRegistry();
    await registry.register(eventRecord);
    const fields = [...eventRecord.fields, { name: 'price', type: 'long' }];
    await expect(registry.register({ ...eventRecord, fields })).rejects.toThrow(/neartime.Event is refused/);
  });
});
