const int32 = 0xffff_ffffn;

/**
 * The hash by which Kafka chooses a key's partition, as a signed 32-bit number: MurmurHash2 with Kafka's seed, written
 * down with whole numbers of any size. Four bytes at a time are mixed in, lowest first; then the one to three that are
 * left.
 */
export function oracleMurmur2(key: Uint8Array): number {
  const multiplier = 0x5bd1e995n;
  let hash = (0x9747b28cn ^ BigInt(key.length)) & int32;
  const whole = key.length - (key.length % 4);
  for (let at = 0; at < whole; at += 4) {
    let word = littleEndian(key.subarray(at, at + 4));
    word = (word * multiplier) & int32;
    word ^= word >> 24n;
    word = (word * multiplier) & int32;
    hash = ((hash * multiplier) & int32) ^ word;
  }
  if (whole < key.length) {
    hash ^= littleEndian(key.subarray(whole));
    hash = (hash * multiplier) & int32;
  }
  hash ^= hash >> 13n;
  hash = (hash * multiplier) & int32;
  hash ^= hash >> 15n;
  return Number(BigInt.asIntN(32, hash));
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n);
