import type { FileCounts } from '../stores.ts';
import { differences } from './differences.ts';

/** Every line of every file is accounted for, and each file came to what a backfill makes of it. */
export function unequalFiles(wanted: readonly FileCounts[], found: readonly FileCounts[]): string[] {
  const unaccounted = found
    .filter(({ read, events, blank, rejected }) => read !== events + blank + sum(rejected))
    .map((file) => `files: read is not events + rejected + blank: ${textOf(file)}`);
  return [...unaccounted, ...differences('files', wanted.map(textOf), found.map(textOf))];
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const textOf = ({ path, state, reason, read, events, blank, rejected }: FileCounts): string =>
  JSON.stringify([path, state, reason, read, events, blank, Object.entries(rejected).sort()]);
