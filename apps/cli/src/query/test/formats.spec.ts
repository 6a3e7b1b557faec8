import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { features } from '@neartime/features';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../failure.ts';
import { openFeatureStore, runQuery } from '../index.ts';
import { answer, temporaryFolder } from './stores.ts';

const root = temporaryFolder();
const ask = (sql: string, format: 'table' | 'csv' | 'json') => answer(root, sql, format);

beforeAll(() => void mkdirSync(join(root, 'features_store')));
afterAll(() => rmSync(root, { recursive: true }));

describe('csv', () => {
  it('is RFC 4180: quotes doubled, fields with commas, quotes and line ends quoted, CRLF', async () => {
    expect(await ask(`values ('a,b', 'say "so"', e'two\\nlines', e'\\r', ' plain ')`, 'csv')).toBe(
      `col0,col1,col2,col3,col4\r\n"a,b","say ""so""","two\nlines","\r", plain \r\n`,
    );
    expect(await ask(`select 1 as "a,b"`, 'csv')).toBe('"a,b"\r\n1\r\n');
  });

  it('tells NULL from empty text', async () => {
    expect(await ask(`select null as n, '' as e`, 'csv')).toBe('n,e\r\n,""\r\n');
  });

  it('writes lists and structs as JSON', async () => {
    expect(await ask(`select [1, 2] as l, {'a': 'x'} as s`, 'csv')).toBe('l,s\r\n"[1,2]","{""a"":""x""}"\r\n');
  });
});

describe('json', () => {
  it('gives whole numbers as numbers while JavaScript holds them, and as text beyond', async () => {
    const sql =
      'select 9007199254740991 as a, 9007199254740992 as b, -9007199254740993 as c, sum(5) as d, [9007199254740993] as e';
    expect(JSON.parse(await ask(sql, 'json'))).toEqual([
      { a: 9007199254740991, b: '9007199254740992', c: '-9007199254740993', d: 5, e: ['9007199254740993'] },
    ]);
  });

  it('gives decimals as numbers when exact; what JSON has no number for, as text', async () => {
    const sql = `select 1.50 as a, 12345678901234567.25 as b, 0.5::double as c, 'NaN'::double as d, '-Infinity'::double as e, 10::decimal(5,0) as f, 100.00 as g`;
    expect(JSON.parse(await ask(sql, 'json'))).toEqual([
      { a: 1.5, b: '12345678901234567.25', c: 0.5, d: 'NaN', e: '-Infinity', f: 10, g: 100 },
    ]);
  });

  it('gives moments in UTC, whatever the time zone of the machine', async () => {
    const sql = `select to_timestamp(1533115800) as t, strftime(to_timestamp(1533115800), '%H:%M') as text`;
    expect(JSON.parse(await ask(sql, 'json'))).toEqual([{ t: '2018-08-01 09:30:00+00', text: '09:30' }]);
  });

  it('keeps the order of the columns, and columns of one name apart', async () => {
    expect(await ask('select 1 as b, 2 as "1", 3 as b', 'json')).toBe('[\n{"b":1,"1":2,"b:1":3}\n]\n');
  });

  it('is an array also without rows, and over many batches', async () => {
    expect(await ask('select 1 as n where false', 'json')).toBe('[]\n');
    const many = JSON.parse(await ask('select range as n from range(10000)', 'json')) as { n: number }[];
    expect(many.map(({ n }) => n)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });
});

describe('table', () => {
  it('puts numbers to the right and text to the left', async () => {
    expect(await ask(`select * from (values ('olx', 12), ('storia', 7)) as t(brand, cnt)`, 'table')).toBe(
      [
        '┌────────┬─────┐',
        '│ brand  │ cnt │',
        '├────────┼─────┤',
        '│ olx    │  12 │',
        '│ storia │   7 │',
        '└────────┴─────┘',
        '2 rows\n',
      ].join('\n'),
    );
  });

  it('shows what a terminal would obey', async () => {
    expect(await ask(`select e'\\x1b[2J' || chr(8238) || e'\\n' as id`, 'table')).toContain(
      '│ \\u001b[2J\\u202e\\u000a │',
    );
  });

  it('ends after the first 10,000 rows and says so', async () => {
    const text = await ask('select range from range(1000000000000)', 'table');
    expect(text.split('\n')).toHaveLength(10_000 + 6);
    expect(text).toMatch(/the first 10,000 rows; --format csv or json gives all\n$/);
  });
});

describe('writing an answer', () => {
  /** Takes `most` pieces, then fails with `code`. */
  const closing = (most: number, code: string) => {
    const pieces: string[] = [];
    const out = new Writable({
      write(piece: Buffer, _, done) {
        if (pieces.push(piece.toString()) <= most) done();
        else done(Object.assign(new Error(code), { code }));
      },
    });
    return { out, pieces };
  };

  it('ends in peace when its reader goes away', async () => {
    using store = await openFeatureStore(root, features);
    const { out, pieces } = closing(2, 'EPIPE');
    await runQuery(store, 'select range from range(1000000000000)', 'csv', out);
    expect(pieces).toHaveLength(3);
  });

  it('fails when it cannot be written', async () => {
    using store = await openFeatureStore(root, features);
    await expect(runQuery(store, 'select 1', 'csv', closing(0, 'ENOSPC').out)).rejects.toThrow('ENOSPC');
  });

  it('fails when the rest of the answer does', async () => {
    using store = await openFeatureStore(root, features);
    const sql = `select case when range = 500000 then error('too far') end from range(1000000)`;
    await expect(runQuery(store, sql, 'csv', closing(Infinity, '').out)).rejects.toThrow(new Failure('query: too far'));
  });
});
