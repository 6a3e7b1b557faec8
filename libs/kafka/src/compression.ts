import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { fromGzip, fromLz4, fromSnappy, fromZstd } from './unpack.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** How batches are packed: zstd is a seventh of the bytes for a tenth more of a sender's time (docs/adr/0006-services.md). */
export type Compression = 'none' | 'gzip' | 'zstd';

export const compressionType = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
} as const;

type Unpack = (packed: Buffer) => Buffer | Promise<Buffer>;

interface Packing {
  /** Gives the encoder's bytes packed; only for what we send. */
  readonly pack?: (records: Buffer) => Promise<Buffer>;
  readonly unpack: Unpack;
}

const packGzip = promisify(gzip);
const packZstd = promisify(zstdCompress);
const quick = { [constants.ZSTD_c_compressionLevel]: 1 };

/** Room for what comes out, in one piece if it can be: for each piece beside the first Node crosses threads once more. */
const packedRoom = (bytes: number) => Math.max(1024, Math.ceil(bytes / 3));

const packings = new Map<number, Packing>([
  [CompressionTypes.None, { unpack: (records) => records }],
  [CompressionTypes.GZIP, { pack: (records) => packGzip(records), unpack: fromGzip }],
  [
    CompressionTypes.ZSTD,
    {
      pack: (records) => packZstd(records, { params: quick, chunkSize: packedRoom(records.length) }),
      unpack: fromZstd,
    },
  ],
  // What others send: the clients of Java and C offer them.
  [CompressionTypes.Snappy, { unpack: fromSnappy }],
  [CompressionTypes.LZ4, { unpack: fromLz4 }],
]);

/** What unpacks records that were packed with a codec; `undefined` when there is no such codec. */
export const unpackOf = (codec: number): Unpack | undefined => packings.get(codec)?.unpack;

/** kafkajs knows gzip only; codecs are registered for all clients of a process. */
export function registerCodecs(): void {
  for (const [type, { pack, unpack }] of packings)
    if (type !== CompressionTypes.None)
      CompressionCodecs[type as keyof typeof CompressionCodecs] = () => ({
        compress: ({ buffer }: { buffer: Buffer }) => {
          if (!pack) throw new Error(`kafka: batches of compression ${type} are read only`);
          return pack(buffer);
        },
        decompress: unpack,
      });
}
