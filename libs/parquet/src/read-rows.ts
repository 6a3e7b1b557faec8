import type { RowKey } from '@neartime/schemas';

/** A row of an object: its key, and its value under the name of the engine's column. */
export type StoredRow = RowKey & Readonly<Record<string, string | number | bigint>>;

/** The rows of an object that this package wrote; `undefined` for bytes that are damaged. */
export async function readRows(body: Uint8Array): Promise<StoredRow[] | undefined> {
  const file = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer;
  // Loaded on its first use: few runs read an object.
  const { parquetReadObjects } = await import('hyparquet');
  return (await parquetReadObjects({ file }).catch(() => undefined)) as StoredRow[] | undefined;
}
