import { expect, it } from 'vitest';
import { crc32c } from '../src/crc32c.ts';

/** A bit at a time, as the polynomial says. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

it('is that of RFC 3720', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

it('is the same for every length, whatever the steps', () => {
  const bytes = Uint8Array.from({ length: 70 }, (_, i) => (i * 151) & 0xff);
  for (let from = 0; from < 9; from++)
    for (let to = from; to <= bytes.length; to++)
      expect(crc32c(bytes.subarray(from, to))).toBe(bitwise(bytes.subarray(from, to)));
});
