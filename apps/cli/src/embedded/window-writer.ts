import { type Feature, type OpenWindow, packPart } from '@neartime/engines';
import type { RowKey } from '@neartime/schemas';
import type { Clock, WindowPart } from '@neartime/streams';
import { StoreError } from '@neartime/streams';
import { contentHash } from '@neartime/streams/embedded';
import type { EncodedPart } from './encode-part.ts';
import { encodeEmptyPart } from './encode-part.ts';
import { type EmbeddedStore, onlineTable } from './embedded-store.ts';
import { objectName } from './object-name.ts';
import { lostKeys, olderRows } from './lost-rows.ts';
import { together } from './together.ts';
import type { Workers } from './workers.ts';
import { WrittenWindows } from './written-windows.ts';

/** What was written of a window, for progress and reports. */
export interface WrittenWindow {
  readonly window: number;
  readonly feature: string;
  readonly revision: number;
  readonly rows: number;
}

/** A closed window on its way: its parts are being encoded beside the main thread, feature by feature and partition by partition. */
export interface ClosedWindow {
  readonly window: OpenWindow;
  readonly features: readonly Feature[];
  readonly encoded: readonly (readonly Promise<EncodedPart | undefined>[])[];
}

interface PartWrite {
  readonly encoding: Promise<EncodedPart | undefined>;
  readonly partition: number;
  readonly revision: number;
  readonly closedAt: number;
  /** What stands of the part. */
  readonly before: WindowPart | undefined;
}

/**
 * Writes closed windows: first the objects, then the online rows, then the catalogue's row, which says that it is done. A
 * crash in between leaves a window that is written again, to the same bytes.
 */
export class WindowWriter {
  readonly #store: EmbeddedStore;
  readonly #workers: Workers;
  readonly #clock: Clock;
  readonly #written: WrittenWindows;

  private constructor(store: EmbeddedStore, workers: Workers, clock: Clock, written: WrittenWindows) {
    this.#store = store;
    this.#workers = workers;
    this.#clock = clock;
    this.#written = written;
  }

  static async over(store: EmbeddedStore, workers: Workers, clock: Clock): Promise<WindowWriter> {
    return new WindowWriter(store, workers, clock, await WrittenWindows.of(store.catalogue));
  }

  /** Whether the feature has written the window, or is about to. */
  hasWritten(feature: Feature, window: number): boolean {
    return this.#written.has(feature, window);
  }

  /** Takes a window, which is not used afterwards, and has the parts of these features encoded. */
  close(window: OpenWindow, features: readonly Feature[]): ClosedWindow {
    for (const { name } of features) this.#written.add(name, window.start);
    const partitions = Array.from({ length: this.#store.partitions }, (_, partition) => partition);
    const encoded = features.map((feature) => partitions.map((partition) => this.#encode(window, feature, partition)));
    // Whoever writes the window hears of a failure; until then it is nobody's.
    for (const part of encoded.flat()) part.catch(() => undefined);
    return { window, features, encoded };
  }

  /** Writes a closed window, each feature as the revision after the one that stands (0 for the first). */
  async write({ window, features, encoded }: ClosedWindow): Promise<WrittenWindow[]> {
    const parts = await together(features.map((feature, i) => this.#writeFeature(window, feature, encoded[i])));
    // What the catalogue says is written has to be on the disk, even if the machine loses its power.
    await this.#store.online.flush();
    await this.#store.catalogue.recordParts(parts.flat());
    return parts.map((written, i) => ({
      window: window.start,
      feature: features[i].name,
      revision: written[0].revision,
      rows: written.reduce((sum, { rows }) => sum + rows, 0),
    }));
  }

  async #writeFeature(window: OpenWindow, feature: Feature, encoded: readonly Promise<EncodedPart | undefined>[]): Promise<WindowPart[]> {
    const standing = await this.#store.catalogue.windowParts({ feature: feature.name, window: window.start });
    const revision = standing.length === 0 ? 0 : Math.max(...standing.map((part) => part.revision)) + 1;
    const closedAt = this.#clock.now();
    const parts = await together(
      encoded.map((encoding, partition) => {
        const before = standing.find((part) => part.partition === partition);
        return this.#writePart(window, feature, { encoding, partition, revision, closedAt, before });
      }),
    );
    await this.#dropOnline(window.start, feature, await this.#store.online.provisionalKeys(onlineTable(feature), window.start));
    return parts;
  }

  /** Writes one part as soon as it is encoded, while others are still being encoded. */
  async #writePart(window: OpenWindow, feature: Feature, { encoding, partition, revision, closedAt, before }: PartWrite): Promise<WindowPart> {
    const encoded = await encoding;
    const name = objectName(feature.name, window.start, partition);
    // Not the catalogue's word but the object itself: a run that was killed may have put it, and somebody may have removed it.
    const standing = await this.#store.objects.head(name);
    if (standing !== undefined && standing !== encoded?.etag) {
      // Before the object, which says what was lost: after a crash in between it still says it.
      await this.#dropOnline(window.start, feature, await lostKeys(this.#store, { feature, window: window.start, partition }, encoded?.rows));
    }
    const etag = await this.#putObject(name, feature, encoded, { standing, hadObject: before?.etag !== undefined });
    const writtenAt = this.#clock.now();
    if (encoded) {
      const write = { table: onlineTable(feature), window: window.start, revision: { final: revision }, rows: encoded.rows, writtenAt };
      await this.#store.online.write([write]);
    }
    return {
      ...{ feature: feature.name, window: window.start, partition, revision, etag, state: 'written', closedAt, writtenAt },
      rows: encoded?.rows.rows ?? 0,
      checksum: encoded?.checksum ?? '',
      lines: window.lines(feature.entity, partition),
    };
  }

  async #encode(window: OpenWindow, feature: Feature, partition: number): Promise<EncodedPart | undefined> {
    const table = window.table(feature.name, partition);
    return table && this.#workers.encode(packPart(window, feature, partition), feature);
  }

  /** Puts the object where it differs from the one that stands; gives its ETag, `undefined` for a part that never had rows. */
  async #putObject(
    name: string,
    feature: Feature,
    part: EncodedPart | undefined,
    { standing, hadObject }: { standing: string | undefined; hadObject: boolean },
  ): Promise<string | undefined> {
    if (!part && standing === undefined && !hadObject) return undefined;
    const body = part?.body ?? (await encodeEmptyPart(feature));
    const etag = part?.etag ?? contentHash(body);
    if (standing === etag) return etag;
    const put = await this.#store.objects.put(name, body, standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing });
    if (put === undefined) throw new StoreError(`store: ${name} was changed by another writer at the same time`, { retriable: true });
    return put;
  }

  /** Takes rows of this window out of the online store; the newest older window that has the key takes the place. */
  async #dropOnline(window: number, feature: Feature, keys: readonly RowKey[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#store.online.replace(onlineTable(feature), window, keys, await olderRows(this.#store, feature, window, keys));
  }
}
