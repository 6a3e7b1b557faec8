import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { systemFailure } from '../failure.ts';
import { makeFolder } from '../make-folder.ts';

export type Line = string | Uint8Array;

const blockBytes = 1 << 20;
// Room for a second block lets one be put together while another is compressed.
const gzipOptions = { level: 6, memLevel: 9, chunkSize: blockBytes / 4, highWaterMark: 2 * blockBytes };

/** Writes a raw file, a newline after each line; memory holds a few blocks of it. */
export const writeRawFile = (path: string, lines: Iterable<Line>): Promise<void> =>
  appearWhole(path, (temporary) => gzipLines(temporary, lines));

/** Has a file written under a temporary name; it gets its own when it is whole. Of one that cannot be written nothing is left. */
export async function appearWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await makeFolder(dirname(path));
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw systemFailure(`generate: cannot write ${path}`, error);
  }
}

/** The gzip file of these lines. Its header names no time, so the same lines give the same bytes. */
export const gzipLines = (path: string, lines: Iterable<Line>): Promise<void> =>
  pipeline(blocksOf(lines), createGzip(gzipOptions), createWriteStream(path));

function* blocksOf(lines: Iterable<Line>): Generator<Uint8Array> {
  let block = Buffer.allocUnsafe(blockBytes);
  let end = 0;
  for (const line of lines) {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const room = 3 * line.length + 1;
    if (end + room > block.length) {
      yield block.subarray(0, end);
      block = Buffer.allocUnsafe(Math.max(blockBytes, room));
      end = 0;
    }
    if (typeof line === 'string') {
      end += block.write(line, end);
    } else {
      block.set(line, end);
      end += line.length;
    }
    block[end++] = 10;
  }
  yield block.subarray(0, end);
}
