import { describe, expect, it } from 'vitest';
import { RejectedLines } from '../src/index.ts';

const bytes = Buffer.from('not json');

describe('the rejected lines of a file', () => {
  it('are kept as runs of neighbours with one reason', () => {
    const rejected = new RejectedLines();
    for (const line of [1, 2, 4, 5]) rejected.add('not_json', line, bytes);
    rejected.add('not_object', 6, bytes);
    rejected.add('not_json', 7, bytes);
    expect(rejected.runs().map(({ reason, firstLine, lastLine }) => [reason, firstLine, lastLine])).toEqual([
      ['not_json', 1, 2],
      ['not_json', 4, 5],
      ['not_object', 6, 6],
      ['not_json', 7, 7],
    ]);
  });

  it('stay few, and each line in one of its reason, however often the reason changes', () => {
    const rejected = new RejectedLines();
    const reasonOf = (line: number) => (line % 2 === 0 ? 'not_json' : line % 3 === 0 ? 'bad_timestamp' : 'not_utf8');
    for (let line = 1; line <= 50_000; line++) rejected.add(reasonOf(line), line, bytes);
    const runs = rejected.runs();
    expect(runs.length).toBeLessThanOrEqual(10_000);
    for (let line = 1; line <= 50_000; line += 7) {
      expect(runs.some((run) => run.reason === reasonOf(line) && run.firstLine <= line && line <= run.lastLine)).toBe(
        true,
      );
    }
  });
});
