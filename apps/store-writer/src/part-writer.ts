import { checksum } from '@neartime/engines';
import { encodeRows, noRows } from '@neartime/parquet';
import type { PartRows, WindowClosed } from '@neartime/schemas';
import {
  type Catalogue,
  type Clock,
  type DescribedObjectStore,
  type OnlineTable,
  type RevisableOnlineStore,
  StoreError,
  type WindowPart,
  objectName,
} from '@neartime/streams';
import type { CollectedRows } from './collected-rows.ts';
import { lostKeys } from './lost-keys.ts';

export interface PartWriterOptions {
  readonly objects: DescribedObjectStore;
  readonly online: RevisableOnlineStore;
  readonly catalogue: Pick<Catalogue, 'windowParts' | 'recordParts'>;
  readonly clock: Clock;
  /** Hears of an object whose rows cannot be read, so that what its revision takes away is not known. */
  readonly onDamaged: (name: string) => void;
}

/** What came of a revision. */
export interface WrittenPart {
  readonly is: 'written' | 'unfit' | 'older';
  readonly feature: string;
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  readonly rows: number;
  /** Seconds from the closing to the last word of the catalogue. */
  readonly after: number;
}

const mostPuts = 5;

/** Writes revisions of parts: the object, the online rows, then the catalogue's row, which says that it is done. */
export class PartWriter {
  readonly #options: PartWriterOptions;

  constructor(options: PartWriterOptions) {
    this.#options = options;
  }

  /** The revision that stands of a part; -1 for none. */
  async standing(table: OnlineTable, window: number, partition: number): Promise<number> {
    const part = await this.#part(table, window, partition);
    return part && part.state !== 'unfit' ? part.revision : -1;
  }

  /** Writes a revision that has come whole. When rows are missing, or others have come, only the catalogue hears of it. */
  async write(table: OnlineTable, closed: WindowClosed, collected: CollectedRows): Promise<WrittenPart> {
    const { window, partition, revision } = closed;
    const rows = collected.sorted();
    const outcome = (is: WrittenPart['is']): WrittenPart => ({
      ...{ is, feature: table.feature, window, partition, revision, rows: rows.rows },
      after: this.#options.clock.now() - closed.closed_at,
    });
    if ((await this.standing(table, window, partition)) >= revision) return outcome('older');
    if (rows.rows !== closed.rows || checksum(rows) !== closed.checksum) {
      await this.#record(table, closed, { state: 'unfit', etag: undefined });
      return outcome('unfit');
    }
    const etag = await this.#put(table, closed, rows);
    if (rows.rows > 0) await this.#putOnline(table, closed, rows);
    await this.#record(table, closed, { state: 'written', etag });
    return outcome((await this.#isOvertaken(table, closed, etag)) ? 'older' : 'written');
  }

  async #part({ feature }: OnlineTable, window: number, partition: number): Promise<WindowPart | undefined> {
    const parts = await this.#options.catalogue.windowParts({ feature, window });
    return parts.find((part) => part.partition === partition);
  }

  /**
   * Whether a newer revision stands, while this one was put: whoever sleeps may wake up when the object has again the bytes, and so
   * the ETag, that it had before. Then the newer one is to be written again.
   */
  async #isOvertaken(
    table: OnlineTable,
    { window, partition, revision }: WindowClosed,
    etag: string | undefined,
  ): Promise<boolean> {
    const part = await this.#part(table, window, partition);
    if (!part || part.revision <= revision) return false;
    if (part.etag !== etag) await this.#options.catalogue.recordParts([{ ...part, state: 'unfit', etag: undefined }]);
    return true;
  }

  /** Puts the object unless a newer one stands, or one with the same rows. Gives the ETag that stands. */
  async #put(
    table: OnlineTable,
    { window, partition, revision, ...closed }: WindowClosed,
    rows: PartRows,
  ): Promise<string | undefined> {
    const { objects } = this.#options;
    const name = objectName(table.feature, window, partition);
    const metadata = { revision: String(revision), checksum: closed.checksum };
    for (let tries = 0; tries < mostPuts; tries++) {
      const standing = await objects.describe(name);
      if (!standing && rows.rows === 0) return undefined;
      if (
        standing &&
        (Number(standing.metadata['revision']) > revision || standing.metadata['checksum'] === closed.checksum)
      )
        return standing.etag;
      // Before it is replaced, since it says what was lost: after a crash in between it still says it.
      if (standing) await this.#withdraw(table, { window, revision }, name, rows);
      const body = await encodeRows(rows.rows > 0 ? rows : noRows, { name: table.column, type: table.type });
      const etag = await objects.put(
        name,
        body,
        standing ? { ifMatch: standing.etag } : { ifNoneMatch: '*' },
        metadata,
      );
      if (etag !== undefined) return etag;
      // Another writer was quicker: what it put decides.
    }
    throw new StoreError(`store: ${name} is changed by others again and again`, { retriable: true });
  }

  async #withdraw(
    table: OnlineTable,
    { window, revision }: Pick<WindowClosed, 'window' | 'revision'>,
    name: string,
    rows: PartRows,
  ): Promise<void> {
    const { objects, online, onDamaged } = this.#options;
    const body = await objects.get(name);
    const keys = body ? await lostKeys(body, rows) : [];
    if (!keys) onDamaged(name);
    else if (keys.length > 0) await online.withdraw({ table, window, revision, keys });
  }

  async #putOnline(table: OnlineTable, { window, revision }: WindowClosed, rows: PartRows): Promise<void> {
    const { online, clock } = this.#options;
    await online.write([{ table, window, revision: { final: revision }, rows, writtenAt: clock.now() }]);
  }

  async #record(
    { feature }: OnlineTable,
    { window, partition, revision, rows, checksum: sum, lines, closed_at: closedAt }: WindowClosed,
    written: Pick<WindowPart, 'state' | 'etag'>,
  ): Promise<void> {
    const { catalogue, clock } = this.#options;
    await catalogue.recordParts([
      {
        feature,
        window,
        partition,
        revision,
        rows,
        checksum: sum,
        lines,
        closedAt,
        writtenAt: clock.now(),
        ...written,
      },
    ]);
  }
}
