import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRecord } from '@neartime/streams';
import { RecordEncoder } from '@neartime/streams';
import { type Entity, type Progress, eventRecord, progressRecord, topics } from '@neartime/schemas';
import { murmur2, partitionOf } from '@neartime/engines';
import { parseRawFileName } from '@neartime/ingest';
import { rawFiles } from '../raw-files.ts';
import { runOnce } from './contender.ts';
import { type Place, type PlaceConnection, partitions } from './place.ts';
import { deviceId } from './window-of-rows.ts';

const bucketName = 'raw';

/** Puts the raw files of six sources into the place's bucket; gives their keys. */
export async function putRawFiles(connection: PlaceConnection, eventsPerFile: number): Promise<string[]> {
  const folder = await rawFiles({ tenMinutes: 1, eventsPerFile, late: 0 });
  const names = await readdir(folder, { recursive: true });
  const keys = names.filter((name) => name.endsWith('.gz')).sort();
  for (const key of keys) await connection.put(key, await readFile(join(folder, key)));
  return keys;
}

/** Brings raw files into the events topics, as the benchmark of ingest does; nothing of it is closed. */
export async function fillEvents(place: Place, connection: PlaceConnection, eventsPerFile: number): Promise<string[]> {
  const keys = await putRawFiles(connection, eventsPerFile);
  await runOnce({ name: 'fill', script: 'ingest', told: () => ({ place, keys, run: bucketName }) }, 0);
  return keys;
}

/** Says to every partition of some entities that all sources are complete, so that every window closes. */
export async function closeAll(
  { registry, writer }: PlaceConnection,
  sources: readonly string[],
  completeUpTo: number,
  its: readonly Entity[],
): Promise<void> {
  const encoder = await RecordEncoder.of<Progress>(registry, progressRecord);
  const value = encoder.encode({ sources: sources.map((source) => ({ source, complete_up_to: completeUpTo })) });
  const records = [{ key: null, value, timestamp: Date.now() }];
  for (const entity of its)
    for (let partition = 0; partition < partitions; partition++)
      await writer.append([{ topic: topics.events(entity), partition, records }]);
}

/** What `closeAll` needs of raw files. */
export function endOf(keys: readonly string[]): { sources: string[]; completeUpTo: number } {
  const names = keys.map((key) => parseRawFileName(`s3://${bucketName}/${key}`)!);
  return {
    sources: [...new Set(names.map(({ source }) => source))],
    completeUpTo: Math.max(...names.map(({ fileTime }) => fileTime)) + 7200,
  };
}

const windowStart = 1_533_117_600;
const appendedAtOnce = 20_000;

/** Events of as many devices as there are keys, all of one window, one to a device and another to every fifth. */
export async function fillKeys(connection: PlaceConnection, keys: number): Promise<void> {
  const encoder = await RecordEncoder.of<object>(connection.registry, eventRecord);
  const fileId = Buffer.alloc(16, 7);
  let waiting = emptyParts();
  let count = 0;
  const send = async () => {
    await connection.writer.append(
      waiting.map((records, partition) => ({ topic: topics.events('device'), partition, records })),
    );
    waiting = emptyParts();
  };
  for (let line = 1; line <= keys * 1.2; line++) {
    const key = line <= keys ? line : (line - keys) * 5;
    const event = {
      ...{ event_name: 'view_item', timestamp: windowStart + (line % 600), device_id: deviceId(key), user_id: null },
      ...{ country: 'pl', brand: 'olx', file_id: fileId, line },
    };
    const id = Buffer.from(event.device_id);
    const partition = partitionOf(murmur2(id, 0, id.length), partitions);
    waiting[partition]!.push({ key: id, value: encoder.encode(event), timestamp: Date.now() });
    if (++count % appendedAtOnce === 0) await send();
  }
  await send();
  await closeAll(connection, ['s3://keys/'], windowStart + 7200, ['device']);
}

const emptyParts = (): LogRecord[][] => Array.from({ length: partitions }, () => []);
