import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { LogRecord, LoggedRecord } from '@neartime/streams';

/* Records of one partition in a file, so that who writes them and who reads them are measured apart. */

export class KeptRecords implements Disposable {
  readonly #file: number;
  count = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(records: readonly LogRecord[]): void {
    const pieces = records.flatMap(({ key, value }) => {
      const head = Buffer.alloc(8);
      head.writeInt32LE(key?.length ?? -1);
      head.writeInt32LE(value.length, 4);
      return [head, key ?? Buffer.alloc(0), value];
    });
    writeSync(this.#file, Buffer.concat(pieces));
    this.count += records.length;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** The records in batches, as a log gives them. */
export function* keptRecords(path: string, atOnce: number): Iterable<LoggedRecord[]> {
  const file = openSync(path, 'r');
  let left = Buffer.alloc(0);
  let batch: LoggedRecord[] = [];
  let offset = 0;
  for (;;) {
    const piece = Buffer.alloc(1024 * 1024);
    const read = readSync(file, piece);
    const bytes = Buffer.concat([left, piece.subarray(0, read)]);
    let at = 0;
    while (at + 8 <= bytes.length) {
      const [keyLength, length] = [bytes.readInt32LE(at), bytes.readInt32LE(at + 4)];
      const from = at + 8 + Math.max(0, keyLength);
      if (from + length > bytes.length) break;
      const key = keyLength < 0 ? null : bytes.subarray(at + 8, from);
      batch.push({ key, value: bytes.subarray(from, from + length), timestamp: 0, offset: offset++ });
      at = from + length;
      if (batch.length < atOnce) continue;
      yield batch;
      batch = [];
    }
    left = bytes.subarray(at);
    if (read === 0) break;
  }
  closeSync(file);
  if (batch.length > 0) yield batch;
}
