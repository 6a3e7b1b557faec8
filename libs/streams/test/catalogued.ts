import type { WindowLines } from '@neartime/schemas';
import type { Catalogue, FileOutcome, FileSeen, Task, WindowPart } from '../src/index.ts';

/* What tests put into a catalogue. */

export const devices = { name: 'device_last_browse', entity: 'device', since: -Infinity } as const;
export const logins = { name: 'user_last_login', entity: 'user', since: -Infinity } as const;
export const posts = { name: 'user_num_posts', entity: 'user', since: -Infinity } as const;
export const features = [devices, logins, posts];

export const [nine, ten, eleven] = [0, 600, 1200].map((after) => 1_533_081_600 + after);

export const seen = (name: string, version = 'v1'): FileSeen => ({
  ...{ path: `in/olx/2018/08/01/${name}.gz`, source: 'in/olx/', fileTime: ten, size: 100, version },
});

export const cell = (
  window: number,
  { entity = 'device', partition = 0, lines = 1, high = 1, low = 2 } = {},
): WindowLines => ({
  ...{ entity: entity as WindowLines['entity'], window, partition, lines: { lines, high, low } },
});

export const outcome = (lines: readonly WindowLines[] = [], contentHash = 'hash'): FileOutcome => ({
  ...{ fileId: `id of ${contentHash}`, contentHash, read: 7, events: 4, blank: 1, lines },
  rejected: { not_json: 2 },
  rejectedRuns: [{ reason: 'not_json', firstLine: 2, lastLine: 3, excerpt: '{' }],
});

export const task = (file: FileSeen, tsToProcess = eleven): Task => ({
  ...{ sourceBucket: 'bucket', filePath: file.path, dataChunk: nine, tsToProcess },
});

export const part = (feature: { name: string }, window: number, more: Partial<WindowPart> = {}): WindowPart => ({
  ...{
    feature: feature.name,
    window,
    partition: 0,
    revision: 0,
    rows: 1,
    checksum: 'c',
    lines: { lines: 1, high: 1, low: 2 },
  },
  ...{ etag: 'e', state: 'written', closedAt: window + 780, writtenAt: window + 781, ...more },
});

/** A file that was read, with lines in these windows. */
export async function read(
  catalogue: Catalogue,
  name: string,
  lines: readonly WindowLines[],
  tsToProcess = eleven,
): Promise<FileSeen> {
  const file = seen(name);
  await catalogue.beginReading(file);
  await catalogue.recordRead(file, outcome(lines), task(file, tsToProcess));
  return file;
}

export const stateOf = async (catalogue: Catalogue, { path }: FileSeen) => (await catalogue.file(path))?.state;
