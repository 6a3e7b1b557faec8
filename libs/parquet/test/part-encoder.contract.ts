import { BIGINT, DOUBLE, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Column, PartEncoder } from '../src/part-encoder.ts';
import { rowGroupRows } from '../src/row-group-rows.ts';
import { awkwardRows, columnsOf, type Form, forms, formsOf, type SampleRow } from './sample-rows.ts';
import { DuckReader, readByHyparquet } from './read-back.ts';

/** The promises of PartEncoder; one that does not hold all whole numbers of 64 bits (`exactInt64`) refuses them. */
export function partEncoderContract(encoder: PartEncoder, { exactInt64 }: { readonly exactInt64: boolean }): void {
  describe(`${encoder.name} as a part encoder`, () => {
    let duck: DuckReader;
    beforeAll(async () => {
      duck = await DuckReader.open();
    });
    afterAll(() => duck[Symbol.asyncDispose]());

    const encode = (rows: readonly SampleRow[], form: Form = 'values') =>
      encoder.encode(columnsOf(rows, form), rows.length);
    const encodeColumn = (column: Column, rows: number) => encoder.encode([column], rows);

    it('gives DuckDB and hyparquet the same rows in the same order', async () => {
      await fc.assert(
        fc.asyncProperty(awkwardRows({ exactInt64 }), async (rows) => {
          const bytes = await encode(rows);
          expect(await duck.query(bytes, 'select * from FILE')).toEqual(rows);
          expect(await readByHyparquet(bytes)).toEqual(rows);
        }),
        { numRuns: 60 },
      );
    });

    it('hides no row from a query that prunes by statistics', async () => {
      await fc.assert(
        fc.asyncProperty(awkwardRows({ exactInt64 }), fc.nat(), async (rows, pick) => {
          fc.pre(rows.length > 0);
          const { id, count, mean } = rows[pick % rows.length];
          const bytes = await encode(rows);
          const same = 'select * from FILE where id = $1 and count = $2 and mean = $3';
          const found = await duck.query(bytes, same, [id, count, mean], [VARCHAR, BIGINT, DOUBLE]);
          expect(found).toEqual(rows.filter((row) => row.id === id && row.count === count && row.mean === mean));
        }),
        { numRuns: 60 },
      );
    });

    it('gives the same bytes for the same rows, in whatever form the columns come', async () => {
      await fc.assert(
        fc.asyncProperty(awkwardRows({ exactInt64 }), async (rows) => {
          const bytes = await encode(rows);
          for (const form of formsOf(rows)) expect(Buffer.compare(await encode(rows, form), bytes)).toBe(0);
        }),
        { numRuns: 40 },
      );
    });

    it('gives the same bytes for a dictionary of many entries as for the strings', async () => {
      const rows = Array.from({ length: 5000 }, (_, row) => ({
        id: `${row}`,
        brand: `b${row % 1500}`,
        count: 1n,
        mean: 0,
      }));
      const bytes = await encode(rows);
      for (const form of forms) expect(Buffer.compare(await encode(rows, form), bytes)).toBe(0);
      expect(await readByHyparquet(bytes)).toEqual(rows);
    });

    it('writes the schema alone when there are no rows', async () => {
      const bytes = await encode([]);
      expect(await duck.query(bytes, 'select * from FILE')).toEqual([]);
      expect(await readByHyparquet(bytes)).toEqual([]);
      expect(await duck.query(bytes, 'select column_name, column_type from (describe select * from FILE)')).toEqual(
        types,
      );
    });

    it('has text as VARCHAR, whole numbers as BIGINT and others as DOUBLE, all of them required', async () => {
      const bytes = await encode([{ id: 'a', brand: 'olx', count: 1n, mean: 0.5 }]);
      expect(await duck.query(bytes, 'select column_name, column_type from (describe select * from FILE)')).toEqual(
        types,
      );
      const repetition = 'select distinct repetition_type as kind from parquet_schema(FILE) where num_children is null';
      expect(await duck.query(bytes, repetition)).toEqual([{ kind: 'REQUIRED' }]);
    });

    it('cuts rows into row groups of one size, with the bounds of ids in each', async () => {
      const rows = 2 * rowGroupRows + 1;
      const id = (row: number) => `id-${String(row).padStart(7, '0')}`;
      const ids: Column = { name: 'id', type: 'STRING', values: Array.from({ length: rows }, (_, row) => id(row)) };
      const bytes = await encodeColumn(ids, rows);
      const groups = await duck.query(
        bytes,
        `select row_group_num_rows as rows, stats_min_value as min, stats_max_value as max
         from parquet_metadata(FILE) order by row_group_id`,
      );
      expect(groups).toEqual([
        { rows: BigInt(rowGroupRows), min: id(0), max: id(rowGroupRows - 1) },
        { rows: BigInt(rowGroupRows), min: id(rowGroupRows), max: id(2 * rowGroupRows - 1) },
        { rows: 1n, min: id(rows - 1), max: id(rows - 1) },
      ]);
      const all = await duck.query(bytes, 'select count(distinct id) as ids, count(*) as rows from FILE');
      expect(all).toEqual([{ ids: BigInt(rows), rows: BigInt(rows) }]);
      expect((await readByHyparquet(bytes))[rows - 2]).toEqual({ id: id(rows - 2) });
    });

    const beyond = [2n ** 53n + 1n, 9007199254759999n, 2n ** 63n - 1n, -(2n ** 63n)];
    if (exactInt64) {
      it('holds whole numbers beyond 2^53 exactly', async () => {
        const bytes = await encodeColumn({ name: 'n', type: 'INT64', values: beyond }, beyond.length);
        expect(await duck.query(bytes, 'select n from FILE')).toEqual(beyond.map((n) => ({ n })));
      });
    } else {
      it.each(beyond)('refuses %d, which it would round', async (n) => {
        const encoding = encodeColumn({ name: 'n', type: 'INT64', values: [n] }, 1);
        await expect(encoding).rejects.toThrow(
          new RangeError(`column n: ${encoder.name} cannot hold exactly, as INT64, ${n}`),
        );
      });
    }

    it.each([2 ** 53, 1.5, Infinity, NaN, 2n ** 63n])('refuses %d as a whole number of 64 bits', async (n) => {
      const encoding = encodeColumn({ name: 'n', type: 'INT64', values: [1, n] }, 2);
      await expect(encoding).rejects.toThrow(new RangeError(`column n cannot hold exactly, as INT64, ${n}`));
    });

    it('refuses NaN as a double', async () => {
      const encoding = encodeColumn({ name: 'x', type: 'DOUBLE', values: [1, NaN] }, 2);
      await expect(encoding).rejects.toThrow(new RangeError('column x cannot hold, as DOUBLE, NaN'));
    });

    it('holds infinities, and -0 as 0', async () => {
      const bytes = await encodeColumn({ name: 'x', type: 'DOUBLE', values: [-Infinity, -0, Infinity] }, 3);
      expect(await duck.query(bytes, 'select x from FILE')).toEqual([{ x: -Infinity }, { x: 0 }, { x: Infinity }]);
    });

    it.each<[Column, string]>([
      [{ name: 'c', type: 'STRING', values: ['a'] }, 'column c has not 2 values but 1'],
      [
        { name: 'c', type: 'STRING', dictionary: ['a'], indexes: Int32Array.of(0, 1) },
        'column c has no dictionary entry 1',
      ],
      [
        { name: 'c', type: 'STRING', bytes: Uint8Array.of(97), offsets: Int32Array.of(0, 1, 2) },
        'column c has a wrong offset 2',
      ],
    ])('refuses the wrong column %o', async (column, message) => {
      await expect(encodeColumn(column, 2)).rejects.toThrow(new RangeError(message));
    });
  });
}

const types = [
  { column_name: 'id', column_type: 'VARCHAR' },
  { column_name: 'brand', column_type: 'VARCHAR' },
  { column_name: 'count', column_type: 'BIGINT' },
  { column_name: 'mean', column_type: 'DOUBLE' },
];
