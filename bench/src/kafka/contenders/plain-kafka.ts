import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import type { Place } from '../place.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

/** kafkajs as it comes, but for the codec, which is that of the services. */
export function plainKafka({ servers }: Place) {
  const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];
  const quick = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compress(buffer, quick),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
  return new Kafka({ brokers: [...servers.kafka], clientId: 'bench-plain', logLevel: logLevel.ERROR });
}

export const zstd = CompressionTypes.ZSTD;
