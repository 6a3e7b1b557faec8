import type { Column, Result, Value } from '../result.ts';

/** One array of objects, an object a line. */
export async function* json({ columns, batches }: Result): AsyncGenerator<string> {
  let before = '[';
  for await (const rows of batches) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => `\n${object(columns, row)}`).join(',');
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

// Written out by hand, since an object would put columns named like numbers first.
const object = (columns: readonly Column[], row: readonly Value[]): string =>
  `{${columns.map(({ name }, index) => `${JSON.stringify(name)}:${JSON.stringify(row[index])}`).join(',')}}`;
