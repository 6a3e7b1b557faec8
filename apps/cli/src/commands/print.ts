import Table from 'cli-table3';
import { shown } from '../query/format/text.ts';

export { shown };

/** A whole number with its thousands apart; `toLocaleString` would cost ten milliseconds, the first time. */
export const number = (value: number | bigint): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');

export const plural = (count: number, word: string): string => `${number(count)} ${word}${count === 1 ? '' : 's'}`;

export const time = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');

/** 10:40 on its day, as windows are named for people. */
export const windowName = (start: number): string => time(start).slice(0, 16).replace('T', ' ');

export function age(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${number(Math.floor(seconds / 86_400))} days`;
}

type Cell = string | number | bigint;

/** A table for people: plain lines, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] !== 'string'));
  const none = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
    ].map((place) => [place, '']),
  );
  const lines = new Table({
    head: [...head],
    chars: { ...none, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: isNumber.map((right) => (right ? 'right' : 'left')),
  });
  lines.push(...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? shown(cell) : number(cell)))));
  return lines.toString();
}

export const print = (text = ''): void => void process.stdout.write(`${text}\n`);

/** Things of windows for machines: their start as text. */
export const withWindowTimes = <T extends { readonly window: number }>(things: readonly T[]) =>
  things.map((thing) => ({ ...thing, window: time(thing.window) }));

export const printJson = (value: unknown): void =>
  print(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner), 2));
