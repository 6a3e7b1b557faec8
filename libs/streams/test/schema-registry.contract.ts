import { randomUUID } from 'node:crypto';
import type { AvroRecord } from '@neartime/schemas';
import { describe, expect, it } from 'vitest';
import { RecordDecoder, RecordEncoder, type SchemaRegistry, StoreError } from '../src/index.ts';
import type { Open } from './opened.ts';

const newRecord = (): AvroRecord => ({
  type: 'record',
  name: `Test${randomUUID().replaceAll('-', '')}`,
  namespace: 'neartime.tests',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'count', type: ['null', 'long'], default: null },
  ],
});
const withField = (record: AvroRecord, field: AvroRecord['fields'][number]): AvroRecord => ({
  ...record,
  fields: [...record.fields, field],
});

/** The promises of SchemaRegistry. */
export function schemaRegistryContract(subject: string, open: Open<SchemaRegistry>): void {
  describe(`${subject} as a schema registry`, () => {
    it('gives a schema the same number whenever it is asked', async () => {
      await using opened = await open();
      const record = newRecord();
      const id = await opened.port.register(record);
      expect(await opened.port.register(record)).toBe(id);
      expect(await opened.port.register(newRecord())).not.toBe(id);
    });

    it('registers a schema once, for all who come with it at the same time', async () => {
      await using opened = await open();
      const record = newRecord();
      const ids = await Promise.all(Array.from({ length: 5 }, () => opened.port.register(record)));
      expect(new Set(ids).size).toBe(1);
    });

    it('gives schemas back that records can be read with', async () => {
      await using opened = await open();
      const record = newRecord();
      const newer = withField(record, { name: 'city', type: 'string', default: 'krakow' });
      const value = (await RecordEncoder.of(opened.port, record)).encode({ id: 'ż 😀', count: 7 });
      await opened.port.register(newer);
      const decoder = new RecordDecoder(opened.port, [{ record: newer }]);
      await decoder.prepare([value]);
      expect(decoder.decode(value)).toEqual({
        is: `neartime.tests.${record.name}`,
        value: { id: 'ż 😀', count: 7, city: 'krakow' },
      });
    });

    it('gives the newest schema of a name, and none of a name that has none', async () => {
      await using opened = await open();
      const record = newRecord();
      const name = `neartime.tests.${record.name}`;
      expect(await opened.port.latest(name)).toBeUndefined();
      await opened.port.register(record);
      await opened.port.register(withField(record, { name: 'city', type: 'string', default: '' }));
      expect((await opened.port.latest(name))!.fields.map((field) => field.name)).toEqual(['id', 'count', 'city']);
    });

    it('knows no schema of a number that was never given', async () => {
      await using opened = await open();
      expect(await opened.port.schema(1_999_999_999)).toBeUndefined();
    });

    it('refuses a schema that cannot read the records that are there, and says why', async () => {
      await using opened = await open();
      const record = newRecord();
      await opened.port.register(record);
      const error = await opened.port
        .register(withField(record, { name: 'city', type: 'string' }))
        .catch((one: unknown) => one);
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).retriable).toBe(false);
      expect((error as StoreError).message).toContain(`neartime.tests.${record.name} is refused`);
    });
  });
}
