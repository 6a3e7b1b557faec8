import { line } from '@neartime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLine } from '../src/parse-line.ts';
import { anyLine } from './arbitrary-lines.ts';
import { expected, fileTime, linesOf, read } from './read-lines.ts';
import { fields, scanned } from './scan-line.ts';

const oddBytes = Buffer.from('"\\{}[],:-+.eEu0129 \t\r\n\0\b\u001f\u007faAzZtfn\u0080\u00a0', 'latin1');
const foreign = [0xc3, 0xa9, 0xe2, 0x80, 0xa8, 0xed, 0xa0, 0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0x80, 0xff];
const anyByte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddBytes) },
  { weight: 1, arbitrary: fc.constantFrom(...foreign) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);

type Edit = (line: Buffer) => Buffer;
const splice = (bytes: Buffer, at: number, gone: number, ...come: number[]) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(come), bytes.subarray(at + gone)]);

/** One small damage: a byte put in, taken out or put in another's place, a bit flipped, a stretch doubled, an end cut off. */
const anyEdit: fc.Arbitrary<Edit> = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.nat(), fc.nat(20), anyByte)
  .map(([kind, place, length, byte]) => (bytes: Buffer) => {
    const at = place % (bytes.length + 1);
    if (kind === 0) return splice(bytes, at, 0, byte);
    if (kind === 1) return splice(bytes, at, 1);
    if (kind === 2) return splice(bytes, at, 1, byte);
    if (kind === 3) return at < bytes.length ? splice(bytes, at, 1, bytes[at] ^ (1 << (length % 8))) : bytes;
    if (kind === 4) return splice(bytes, at, 0, ...bytes.subarray(at, at + length));
    return byte % 4 === 0 ? bytes.subarray(0, at) : splice(bytes, at, length);
  });

// A short line, so that most damages fall on something that matters.
const shortLine = `{"p":[{"a":1}],"event_name":"A b","timestamp":${fileTime},"user_id":"É","country":" PL","brand":12}`;
const manyFields = line({ q: { r: ['\\u0041', -1.5e3, true, null], brand: 'x' }, user_id: 17, brand: 'OLX  Cars' });
const someLine = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(shortLine, manyFields, line()) },
  { weight: 2, arbitrary: anyLine },
);
const anyDamaged = fc
  .tuple(someLine, fc.array(anyEdit, { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) => edits.reduce<Buffer>((bytes, edit) => edit(bytes), Buffer.from(text)));

describe('a damaged line', () => {
  it('is read as JSON.parse and the line rules do', () => {
    fc.assert(
      fc.property(fc.array(anyDamaged, { minLength: 1, maxLength: 5 }), (lines) => {
        const content = Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')]));
        expect(read([content])).toEqual(expected(content));
      }),
      { numRuns: 4_000 },
    );
  });

  it('has, where the quick way vouches for it, the fields that the definition gives it', () => {
    let vouched = 0;
    fc.assert(
      fc.property(anyDamaged, (damaged) => {
        const [bytes = Buffer.alloc(0)] = linesOf(damaged);
        const seen = scanned(bytes);
        if (!seen) return;
        vouched++;
        const defined = parseLine(bytes, fields);
        expect(defined).toBeInstanceOf(Array);
        expect(seen).toEqual(
          (defined as readonly (Uint8Array | number | undefined)[]).map((field) =>
            field instanceof Uint8Array ? Buffer.from(field).toString() : field,
          ),
        );
      }),
      { numRuns: 10_000 },
    );
    // Otherwise nothing was compared.
    expect(vouched).toBeGreaterThan(200);
  });
});

it('gives each line its own fields: nothing of a line before it, however that was read', () => {
  const sparse = [
    '{"event_name":"a"}',
    line({ user_id: 'X  Y', brand: ' B ' }),
    `{"event_name":"a","timestamp":${fileTime},"user_id":1,"country":"c","brand":"b"}`,
    line({ brand: 'é' }),
    `{"event_name":"a","timestamp":${fileTime},"country":"c"}`,
    `{"timestamp":${fileTime},"user_id":"u"`,
    line({ device_id: undefined }),
    line({
      device_id: 'x'.repeat(1_024),
      event_name: 'x'.repeat(1_024),
      country: 'X'.repeat(1_024),
      brand: 'X'.repeat(1_024),
    }),
    '{"brand":"b"}',
    line({ device_id: 'é'.repeat(512), user_id: 'É'.repeat(512), country: 'É'.repeat(512), brand: '日'.repeat(341) }),
    '',
    line({ timestamp: undefined }),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...sparse), { maxLength: 12 }), (lines) => {
      const content = Buffer.from(lines.join('\n'));
      expect(read([content])).toEqual(expected(content));
    }),
    { numRuns: 300 },
  );
});
