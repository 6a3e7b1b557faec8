import { eventSchema, maxLineBytes } from '@neartime/schemas';
import { line, lineTooLong } from '@neartime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineCounts, LineReader } from '../src/index.ts';
import { anyLine, otherLine } from './arbitrary-lines.ts';
import { expected, fileTime, lay, linesOf, read } from './read-lines.ts';

function* cut(content: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, piece = 0; at < content.length; piece++) {
    const size = sizes[piece % sizes.length];
    yield content.subarray(at, at + size);
    at += size;
  }
}

const sum = ({ events, blank, rejected }: LineCounts): number =>
  events + blank + Object.values(rejected).reduce((all, some) => all + some, 0);

/** A good line of exactly so many bytes, with its padding in a field that nobody wants or in one that somebody does. */
const lineOf = (length: number, field = 'padding'): string => {
  const bare = Buffer.byteLength(line({ [field]: '' }));
  return line({ [field]: 'x'.repeat(length - bare) });
};

describe('the same bytes, cut anywhere', () => {
  const anyFile = fc
    .tuple(
      fc.array(fc.oneof({ weight: 4, arbitrary: anyLine }, { weight: 1, arbitrary: otherLine }), { maxLength: 8 }),
      fc.constantFrom('', '\n', '\r\n', '\n\n'),
      fc.boolean(),
    )
    .map(([lines, end, isMarked]) => Buffer.from((isMarked ? '\ufeff' : '') + lines.join('\n') + end));

  it('give the same events, line numbers and counts; read = events + blank + rejected', () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 }),
        (content, sizes) => {
          fc.pre(sizes.some((size) => size > 0));
          const all = expected(content);
          const chunked = [[1], [2], [3], [64], sizes].map((some) => read(cut(content, some)));
          for (const reading of [read([content]), ...chunked]) {
            expect(reading).toEqual(all);
            expect(sum(reading.counts)).toBe(reading.counts.read);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('at each of all places', () => {
    const content = Buffer.from(
      `\ufeff${line({ p: '日\\😀', brand: 'É x' })}\r\n\n{"\n${line({ user_id: 7 })}\n \r\n${line()}`,
    );
    const all = expected(content);
    expect(all.counts).toMatchObject({ read: 6, events: 3, blank: 2 });
    for (let place = 0; place <= content.length; place++) {
      expect(read([content.subarray(0, place), content.subarray(place)])).toEqual(all);
      expect(
        read([
          content.subarray(0, place),
          new Uint8Array(),
          content.subarray(place, place + 1),
          content.subarray(place + 1),
        ]),
      ).toEqual(all);
    }
  });
});

describe('a line of a mebibyte', () => {
  const exact = lineOf(maxLineBytes);
  const files: readonly (readonly [string, string | Buffer])[] = [
    ['exactly, with its newline', `${line()}\n${exact}\n${line()}\n`],
    ['exactly, without its newline', exact],
    ['exactly, after another', `${line()}\n${exact}`],
    ['and one byte', `${lineTooLong()}\n${line()}\n`],
    ['and one byte, without its newline', lineTooLong()],
    ['and one byte, of spaces', `${' '.repeat(maxLineBytes + 1)}\n`],
    ['exactly, of spaces', `${' '.repeat(maxLineBytes)}\n${line()}`],
    ['and one byte that is the carriage return', `${exact}\r\n${line()}\r\n`],
    ['exactly, together with its mark', `\ufeff${lineOf(maxLineBytes - 3)}\n${line()}`],
    ['but for its mark', `\ufeff${lineOf(maxLineBytes - 2)}\n${line()}`],
    ['exactly, as the text of a wanted field', `${lineOf(maxLineBytes, 'user_id')}\n${line()}`],
    ['and one byte that is not UTF-8', Buffer.concat([Buffer.from(exact), Buffer.from([0xff, 10])])],
    ['exactly, not UTF-8', Buffer.concat([Buffer.from(exact).fill(0xff, 500_000, 500_001), Buffer.from('\n')])],
    [
      'twice and thrice, between good ones',
      `${line()}\n${'x'.repeat(2 * maxLineBytes)}\n${line()}\n${'x'.repeat(3 * maxLineBytes)}`,
    ],
    ['many times over', `${'x'.repeat(5 * maxLineBytes)}\n${exact}\n${'y'.repeat(maxLineBytes + 1)}\n${exact}`],
  ];
  it.each(files)('%s', (_, content) => {
    const buffer = Buffer.from(content as string);
    const all = expected(buffer);
    for (const sizes of [
      [buffer.length],
      [65_536],
      [maxLineBytes],
      [maxLineBytes + 1],
      [maxLineBytes - 1],
      [300_000, 1, 700_001],
    ]) {
      const reading = read(cut(buffer, sizes));
      expect(reading).toEqual(all);
      expect(sum(reading.counts)).toBe(reading.counts.read);
    }
  });

  it('is what it is when the chunk ends just before, at and after its end', () => {
    for (const length of [maxLineBytes - 1, maxLineBytes, maxLineBytes + 1, maxLineBytes + 2]) {
      const content = Buffer.from(`${lineOf(length)}\n${line()}`);
      const all = expected(content);
      for (const place of [-2, -1, 0, 1, 2, 3].map((step) => length + step)) {
        expect(read([content.subarray(0, place), content.subarray(place)])).toEqual(all);
      }
    }
  });
});

it('gives a rejected line back as it came, a long one its beginning', () => {
  const lines = [
    '{',
    '[1]',
    ' {"a":"é"} ',
    line({ brand: null }),
    '\u00a0',
    lineTooLong(),
    line({ country: 'İ\\', brand: '' }),
  ];
  const content = Buffer.from(lines.join('\n'));
  for (const sizes of [[content.length], [7]]) {
    const rejected: [number, string, string][] = [];
    const sink = {
      add: () => true,
      rejected: (reason: string, number: number, bytes: Uint8Array) =>
        void rejected.push([number, reason, Buffer.from(bytes).toString()]),
    };
    const reader = new LineReader({ schema: eventSchema, fileTime, sink });
    for (const chunk of cut(content, sizes)) lay(reader, chunk);
    expect(reader.end().rejected).toMatchObject({ line_too_long: 1 });
    expect(rejected.map(([number]) => number)).toEqual(lines.map((_, index) => index + 1));
    for (const [number, reason, text] of rejected) {
      if (reason === 'line_too_long') expect(lines[number - 1].startsWith(text)).toBe(true);
      else expect(text).toBe(linesOf(content)[number - 1].toString());
    }
  }
});

it('counts what the sink will not take as too_many_windows, and goes on', () => {
  let taken = 0;
  const rejected: number[] = [];
  const sink = { add: () => ++taken % 3 !== 0, rejected: (_: string, number: number) => void rejected.push(number) };
  const reader = new LineReader({ schema: eventSchema, fileTime, sink });
  lay(reader, Buffer.from(`${line()}\n`.repeat(10)));
  expect(reader.end()).toEqual({ read: 10, events: 7, blank: 0, rejected: { too_many_windows: 3 } });
  expect(rejected).toEqual([3, 6, 9]);
});
