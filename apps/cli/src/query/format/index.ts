import type { Result } from '../result.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { table } from './table.ts';

/** How an answer is written: pieces of text, in order, as the rows come. */
export const formats = { table, csv, json } satisfies Record<string, (result: Result) => AsyncIterable<string>>;

export type Format = keyof typeof formats;
