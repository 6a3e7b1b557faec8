import { type Feature, type OpenWindow, packPart } from '@neartime/engines';
import type { RowKey } from '@neartime/schemas';
import type { Clock, OnlineWrite, WindowPart } from '@neartime/streams';
import { StoreError } from '@neartime/streams';
import { contentHash } from '@neartime/streams/embedded';
import type { EncodedPart } from './encode-part.ts';
import { encodeEmptyPart } from './encode-part.ts';
import { type EmbeddedStore, onlineTable } from './embedded-store.ts';
import { objectName } from './object-name.ts';
import { lostKeys, olderRows } from './lost-rows.ts';
import type { Workers } from './workers.ts';

/** What was written of a window, for progress and reports. */
export interface WrittenWindow {
  readonly window: number;
  readonly feature: string;
  readonly revision: number;
  readonly rows: number;
}

/**
 * Writes closed windows: first the objects, then the online rows, then the catalogue's row, which says that it is done. A
 * crash in between leaves a window that is written again, to the same bytes.
 */
export class WindowWriter {
  readonly #store: EmbeddedStore;
  readonly #workers: Workers;
  readonly #clock: Clock;

  constructor(store: EmbeddedStore, workers: Workers, clock: Clock) {
    this.#store = store;
    this.#workers = workers;
    this.#clock = clock;
  }

  /** Writes the given features of a window, each as the revision after the one that stands (0 for the first). */
  async write(window: OpenWindow, features: readonly Feature[]): Promise<WrittenWindow[]> {
    const parts = await Promise.all(features.map((feature) => this.#writeFeature(window, feature)));
    await this.#store.catalogue.recordParts(parts.flat());
    return parts.map((written, i) => ({
      window: window.start,
      feature: features[i].name,
      revision: written[0].revision,
      rows: written.reduce((sum, { rows }) => sum + rows, 0),
    }));
  }

  async #writeFeature(window: OpenWindow, feature: Feature): Promise<WindowPart[]> {
    const standing = await this.#store.catalogue.windowParts({ feature: feature.name, window: window.start });
    const revision = standing.length === 0 ? 0 : Math.max(...standing.map((part) => part.revision)) + 1;
    const partitions = Array.from({ length: this.#store.partitions }, (_, partition) => partition);
    const encoded = await Promise.all(partitions.map((partition) => this.#encode(window, feature, partition)));
    const names = partitions.map((partition) => objectName(feature.name, window.start, partition));
    const had = partitions.map((partition) => standing.find((part) => part.partition === partition));
    const lost = await Promise.all(
      partitions.map((partition) =>
        had[partition]?.rows ? lostKeys(this.#store.objects, names[partition], encoded[partition]?.rows) : [],
      ),
    );
    // Before the objects, which say what was lost: after a crash in between they still say it.
    await this.#dropOnline(window.start, feature, lost.flat());
    const etags = await Promise.all(
      partitions.map((partition) => this.#putObject(names[partition], feature, encoded[partition], had[partition])),
    );
    const now = this.#clock.now();
    await this.#writeOnline(window.start, feature, revision, encoded, now);
    return partitions.map((partition) => ({
      feature: feature.name,
      window: window.start,
      partition,
      revision,
      rows: encoded[partition]?.rows.rows ?? 0,
      checksum: encoded[partition]?.checksum ?? '',
      lines: window.lines(feature.entity, partition),
      etag: etags[partition],
      state: 'written',
      closedAt: now,
      writtenAt: this.#clock.now(),
    }));
  }

  async #encode(window: OpenWindow, feature: Feature, partition: number): Promise<EncodedPart | undefined> {
    const table = window.table(feature.name, partition);
    return table && this.#workers.encode(packPart(window, feature, partition), feature);
  }

  /** Puts the object where it differs from the one that stands; gives its ETag, `undefined` for a part that never had rows. */
  async #putObject(name: string, feature: Feature, part: EncodedPart | undefined, before: WindowPart | undefined): Promise<string | undefined> {
    const { objects } = this.#store;
    if (!part && before?.etag === undefined) return undefined;
    const body = part?.body ?? (await encodeEmptyPart(feature));
    const etag = part?.etag ?? contentHash(body);
    // Not the catalogue's word but the object itself: a run that was killed may have put it, and somebody may have removed it.
    const standing = await objects.head(name);
    if (standing === etag) return etag;
    const put = await objects.put(name, body, standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing });
    if (put === undefined) throw new StoreError(`store: ${name} was changed by another writer at the same time`, { retriable: true });
    return put;
  }

  async #writeOnline(window: number, feature: Feature, revision: number, encoded: readonly (EncodedPart | undefined)[], now: number): Promise<void> {
    const { online } = this.#store;
    const table = onlineTable(feature);
    const writes = encoded.flatMap((part): OnlineWrite[] =>
      part ? [{ table, window, revision: { final: revision }, rows: part.rows, writtenAt: now }] : [],
    );
    await online.write(writes);
    await this.#dropOnline(window, feature, await online.provisionalKeys(table, window));
  }

  /** Takes rows of this window out of the online store; the newest older window that has the key takes the place. */
  async #dropOnline(window: number, feature: Feature, keys: readonly RowKey[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#store.online.replace(onlineTable(feature), window, keys, await olderRows(this.#store, feature, window, keys));
  }
}
