import Table from 'cli-table3';
import type { Result } from '../result.ts';
import { shown, textOf } from './text.ts';

/** A table is laid out as a whole, so it ends somewhere; the other formats have no end. */
const mostRows = 10_000;

/** A table for people: numbers to the right, and below it how many rows there are. */
export async function* table({ columns, batches }: Result): AsyncGenerator<string> {
  const laidOut = new Table({
    head: columns.map(({ name }) => shown(name)),
    colAligns: columns.map(({ isNumeric }) => (isNumeric ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  const isWhole = await fill(laidOut, batches);
  yield `${laidOut.toString()}\n`;
  yield isWhole ? `${rowCount(laidOut.length)}\n` : `the first ${rowCount(mostRows)}; --format csv or json gives all\n`;
}

/** False when there were more rows than a table takes. */
async function fill(laidOut: Table.Table, batches: Result['batches']): Promise<boolean> {
  for await (const rows of batches) {
    for (const row of rows) {
      if (laidOut.length === mostRows) return false;
      laidOut.push(row.map((value) => shown(textOf(value))));
    }
  }
  return true;
}

const rowCount = (rows: number): string => `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
