import type { LineSum } from '@neartime/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addLineSums, lineHashHigh, lineHashLow, noLines, sameLines, seedLineSum } from '../../src/index.ts';

const fileIds = [
  '0123456789abcdef0123456789abcdef',
  'fedcba98765432100000000000000000',
  '00000000000000000000000000000000',
  'ffffffffffffffff',
];

interface Line {
  readonly file: string;
  readonly line: number;
}

const ofLine = ({ file, line }: Line): LineSum =>
  seedLineSum({ lines: 1, high: lineHashHigh(line), low: lineHashLow(line) }, file);
const sumOf = (lines: readonly Line[]): LineSum => lines.map(ofLine).reduce(addLineSums, noLines);

const anyLine = fc.record({
  file: fc.constantFrom(...fileIds),
  line: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
});
const anyLines = fc.uniqueArray(anyLine, {
  selector: ({ file, line }) => `${file}:${line}`,
  minLength: 1,
  maxLength: 60,
});
const shuffled = anyLines.chain((lines) =>
  fc.record({ lines: fc.constant(lines), order: fc.shuffledSubarray(lines, { minLength: lines.length }) }),
);

describe('the sum of lines', () => {
  it('is the same for the same lines, in any order and grouping', () => {
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 1, max: 5 }), ({ lines, order }, groups) => {
        const parts = Array.from({ length: groups }, (_, group) =>
          order.filter((_line, place) => place % groups === group),
        );
        expect(parts.map(sumOf).reduceRight(addLineSums, noLines)).toEqual(sumOf(lines));
        expect(sameLines(sumOf(order), sumOf(lines))).toBe(true);
      }),
    );
  });

  it("is the same whether a file's identity is known before its lines are summed or after", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { maxLength: 100 }),
        fc.constantFrom(...fileIds),
        (lines, file) => {
          const unseeded = lines
            .map((line): LineSum => ({ lines: 1, high: lineHashHigh(line), low: lineHashLow(line) }))
            .reduce(addLineSums, noLines);
          expect(seedLineSum(unseeded, file)).toEqual(sumOf(lines.map((line) => ({ file, line }))));
        },
      ),
    );
  });

  it('differs when a line is missing, doubled, another one, or of another file, also where the number of lines is the same', () => {
    fc.assert(
      fc.property(shuffled, anyLine, ({ lines, order: [first, ...rest] }, other) => {
        fc.pre(!lines.some(({ file, line }) => file === other.file && line === other.line));
        const whole = sumOf(lines);
        const moved = { file: fileIds[(fileIds.indexOf(first.file) + 1) % fileIds.length], line: first.line };
        const wrong = [rest, [first, ...lines], [other, ...rest]];
        if (!rest.some(({ file, line }) => file === moved.file && line === moved.line)) wrong.push([moved, ...rest]);
        if (rest.length > 0) wrong.push([rest[0], ...rest]);
        for (const lane of ['high', 'low'] as const) {
          // The number of lines is not what tells them apart.
          const differing = wrong.filter((lines_) => sumOf(lines_)[lane] !== whole[lane]);
          expect(differing.length).toBe(wrong.length);
        }
        for (const lines_ of wrong) expect(sameLines(sumOf(lines_), whole)).toBe(false);
      }),
    );
  });

  it('has a hash of its own for each of many lines, and lanes that do not follow from each other', () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => index + 1);
    expect(new Set(lines.map(lineHashHigh)).size).toBe(lines.length);
    expect(new Set(lines.map(lineHashLow)).size).toBe(lines.length);
    expect(lines.filter((line) => lineHashHigh(line) === lineHashLow(line)).length).toBeLessThan(5);
    expect(lines.some((line) => lineHashHigh(line) === 0)).toBe(false);
  });

  it('of no lines adds nothing', () => {
    expect(seedLineSum(noLines, fileIds[0])).toEqual(noLines);
    expect(addLineSums(noLines, sumOf([{ file: fileIds[0], line: 1 }]))).toEqual(
      sumOf([{ file: fileIds[0], line: 1 }]),
    );
  });
});
