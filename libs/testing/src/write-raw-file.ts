import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The path of the raw file that a source (`in/horizontals/olx/android`) writes at an ISO time. */
export function rawFilePath(source: string, isoTime: string): string {
  const [year, month, day, hours, minutes, seconds] = new Date(isoTime).toISOString().split(/[-T:.]/);
  return `${source}/${year}/${month}/${day}/${year}${month}-${day}-${hours}${minutes}${seconds}.gz`;
}

/** Writes a raw file below `folder`, a newline after each line, and returns its path there. */
export function writeRawFile(
  folder: string,
  source: string,
  isoTime: string,
  lines: readonly (string | Uint8Array)[],
): string {
  const content = lines.flatMap((line) => [Buffer.from(line as Uint8Array), Buffer.from('\n')]);
  return writeRawBytes(folder, rawFilePath(source, isoTime), gzipSync(Buffer.concat(content)));
}

/** Puts any bytes where a raw file lies, for what is broken. Like a real one, the file appears whole. */
export function writeRawBytes(folder: string, path: string, bytes: Uint8Array): string {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(`${place}.tmp`, bytes);
  renameSync(`${place}.tmp`, place);
  return path;
}
