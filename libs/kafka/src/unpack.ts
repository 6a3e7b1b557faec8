import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';

/** So many bytes a batch may become: a broker takes a megabyte of it, and what grows more than this only wants the memory. */
const mostBytes = 256 * 1024 * 1024;

/** In one piece if it can be: for each beside the first Node crosses threads once more, which costs as much as to unpack it. */
const boundsOf = ({ length }: Buffer) => ({
  maxOutputLength: mostBytes,
  chunkSize: Math.min(1024 * 1024, Math.max(1024, length * 8)),
});
const unpackGzip = promisify(gunzip);
const unpackZstd = promisify(zstdDecompress);

export const fromGzip = (packed: Buffer): Promise<Buffer> => unpackGzip(packed, boundsOf(packed));

export const fromZstd = (packed: Buffer): Promise<Buffer> => unpackZstd(packed, boundsOf(packed));

/** A frame of LZ4, which cannot become more than 255 times as large. */
export async function fromLz4(packed: Buffer): Promise<Buffer> {
  const { decompressFrame } = await import('lz4-napi');
  return decompressFrame(packed);
}

const xerialMagic = Buffer.from('\x82SNAPPY\0', 'latin1');
/** The magic, and two versions of four bytes. */
const xerialHeaderBytes = 16;

/**
 * Snappy, as one block, or as Java clients write it: the header of the library snappy-java, then blocks, each after its length
 * (four bytes, big-endian).
 */
export async function fromSnappy(packed: Buffer): Promise<Buffer> {
  const blocks = packed.subarray(0, xerialMagic.length).equals(xerialMagic) ? xerialBlocks(packed) : [packed];
  const unpacked: Buffer[] = [];
  for (const block of blocks) unpacked.push(await fromBlock(block));
  return unpacked.length === 1 ? unpacked[0]! : Buffer.concat(unpacked);
}

function* xerialBlocks(packed: Buffer): Iterable<Buffer> {
  for (let at = xerialHeaderBytes; at < packed.length;) {
    const end = at + 4 + packed.readInt32BE(at);
    if (end <= at + 4 || end > packed.length) throw new Error('a block of snappy is not whole');
    yield packed.subarray(at + 4, end);
    at = end;
  }
}

async function fromBlock(block: Buffer): Promise<Buffer> {
  // It begins with its length as a varint, for which memory is taken before anything is looked at.
  let length = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    length += (block[i]! & 0x7f) * 2 ** (7 * i);
    if (block[i]! < 0x80) break;
  }
  if (length > mostBytes) throw new Error(`it would become ${length} bytes`);
  const { uncompress } = await import('snappy');
  return (await uncompress(block, { asBuffer: true })) as Buffer;
}
