import { type Feature, type OpenWindow, packPart } from '@neartime/engines';
import type { RowKey } from '@neartime/schemas';
import type { Clock, WindowPart } from '@neartime/streams';
import { StoreError } from '@neartime/streams';
import { contentHash } from '@neartime/streams/embedded';
import type { EncodedPart } from './encode-part.ts';
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

/** A part as it is to be written; `undefined` when it has no rows. */
type NewPart = EncodedPart | undefined;

/** A closed window on its way: its parts are being encoded beside the main thread. */
export interface ClosedWindow {
  readonly window: OpenWindow;
  readonly features: readonly Feature[];
  /** By feature, then by partition. */
  readonly encoded: readonly Promise<NewPart[]>[];
}

interface PartWrite {
  readonly encoded: NewPart;
  readonly partition: number;
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
    const encoded = features.map((feature) => this.#encode(window, feature));
    // Whoever writes the window hears of a failure; until then it is nobody's.
    for (const parts of encoded) parts.catch(() => undefined);
    return { window, features, encoded };
  }

  /** Writes a closed window, each feature as the revision after the one that stands (0 for the first). */
  async write({ window, features, encoded }: ClosedWindow): Promise<WrittenWindow[]> {
    const parts = await together(features.map(async (feature, i) => this.#writeFeature(window, feature, await encoded[i])));
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

  async #writeFeature(window: OpenWindow, feature: Feature, encoded: readonly NewPart[]): Promise<WindowPart[]> {
    const standing = await this.#store.catalogue.windowParts({ feature: feature.name, window: window.start });
    const revision = standing.length === 0 ? 0 : Math.max(...standing.map((part) => part.revision)) + 1;
    const closedAt = this.#clock.now();
    const etags = await together(
      encoded.map((part, partition) => {
        const before = standing.find((one) => one.partition === partition);
        return this.#writeObject(window.start, feature, { encoded: part, partition, before });
      }),
    );
    const writtenAt = this.#clock.now();
    await this.#writeOnline(window.start, feature, { revision, encoded, writtenAt });
    return encoded.map((part, partition) => ({
      ...{ feature: feature.name, window: window.start, partition, revision, etag: etags[partition], state: 'written', closedAt, writtenAt },
      rows: part?.rows.rows ?? 0,
      checksum: part?.checksum ?? '',
      lines: window.lines(feature.entity, partition),
    }));
  }

  async #writeObject(window: number, feature: Feature, { encoded, partition, before }: PartWrite): Promise<string | undefined> {
    const name = objectName(feature.name, window, partition);
    // Not the catalogue's word but the object itself: a run that was killed may have put it, and somebody may have removed it.
    const standing = await this.#store.objects.head(name);
    if (standing !== undefined && standing !== encoded?.etag) {
      // Before the object, which says what was lost: after a crash in between it still says it.
      await this.#dropOnline(window, feature, await lostKeys(this.#store, { feature, window, partition }, encoded?.rows));
    }
    return this.#putObject(name, feature, encoded, { standing, hadObject: before?.etag !== undefined });
  }

  async #writeOnline(
    window: number,
    feature: Feature,
    { revision, encoded, writtenAt }: { revision: number; encoded: readonly NewPart[]; writtenAt: number },
  ): Promise<void> {
    const table = onlineTable(feature);
    const parts = encoded.filter((part) => part !== undefined);
    await this.#store.online.write(parts.map(({ rows }) => ({ table, window, revision: { final: revision }, rows, writtenAt })));
    await this.#dropOnline(window, feature, await this.#store.online.provisionalKeys(table, window));
  }

  /**
   * One task a thread, which takes its share of the partitions: a thread gets its next task from the main thread, and this one
   * writes most of the time.
   */
  async #encode(window: OpenWindow, feature: Feature): Promise<NewPart[]> {
    const partitions = Array.from({ length: this.#store.partitions }, (_, partition) => partition);
    const filled = partitions.filter((partition) => window.table(feature.name, partition));
    const shares = Object.values(Object.groupBy(filled, (partition) => partition % this.#workers.threads));
    const encoded = partitions.map((): NewPart => undefined);
    await together(
      shares.map(async (share = []) => {
        const parts = await this.#workers.encode(share.map((partition) => ({ part: packPart(window, feature, partition), feature: feature.name })));
        share.forEach((partition, i) => (encoded[partition] = parts[i]));
      }),
    );
    return encoded;
  }

  /** Puts the object where it differs from the one that stands; gives its ETag, `undefined` for a part that never had rows. */
  async #putObject(
    name: string,
    feature: Feature,
    part: EncodedPart | undefined,
    { standing, hadObject }: { standing: string | undefined; hadObject: boolean },
  ): Promise<string | undefined> {
    if (!part && standing === undefined && !hadObject) return undefined;
    const body = part?.body ?? (await emptyPart(feature));
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

/** Threads encode parts; that this one has to is so rare that the encoder is not waited for at start-up. */
async function emptyPart(feature: Feature): Promise<Uint8Array<ArrayBuffer>> {
  const { encodeEmptyPart } = await import('./encode-part.ts');
  return encodeEmptyPart(feature);
}
