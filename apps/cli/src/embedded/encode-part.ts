import { type Feature, checksum } from '@neartime/engines';
import { encodeRows, noRows } from '@neartime/parquet';
import type { PartRows } from '@neartime/schemas';
import { contentHash } from '@neartime/streams/embedded';

/** The object of a part. */
export interface PartObject {
  readonly checksum: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

export async function encodePart(rows: PartRows, feature: Feature): Promise<PartObject> {
  const body = await encodeRows(rows, feature.engine.output);
  return { checksum: checksum(rows), body, etag: contentHash(body) };
}

/** The object of a part that had rows and has none any more. */
export const encodeEmptyPart = (feature: Feature): Promise<Uint8Array<ArrayBuffer>> =>
  encodeRows(noRows, feature.engine.output);
