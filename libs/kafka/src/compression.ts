import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** How batches are packed: zstd is a seventh of the bytes for a tenth more of a sender's time (docs/adr/0006-services.md). */
export type Compression = 'none' | 'gzip' | 'zstd';

export const compressionType = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
} as const;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const quick = { [constants.ZSTD_c_compressionLevel]: 1 };

/**
 * Room for what comes out, in one piece if it can be: for each piece beside the first Node crosses threads once more, which costs as
 * much as to unpack it. Records shrink to a fifth or less.
 */
const packedRoom = (bytes: number) => Math.max(1024, Math.ceil(bytes / 3));
const unpackedRoom = (bytes: number) => Math.min(1024 * 1024, Math.max(1024, bytes * 4));

/** kafkajs knows gzip only; codecs are registered for all clients of a process. */
export function registerZstd(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) =>
      compress(buffer, { params: quick, chunkSize: packedRoom(buffer.length) }),
    decompress: (buffer: Buffer) => decompress(buffer, { chunkSize: unpackedRoom(buffer.length) }),
  });
}
