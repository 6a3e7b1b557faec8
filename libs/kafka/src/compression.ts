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
const quick = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** kafkajs knows gzip only; codecs are registered for all clients of a process. */
export function registerZstd(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compress(buffer, quick),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
}
