import type { Feature, OpenWindow } from '@neartime/engines';
import type { PartRows, RowKey } from '@neartime/schemas';
import { type Clock, type OnlineWrite, StoreError, type WindowPart, objectName } from '@neartime/streams';
import { contentHash } from '@neartime/streams/embedded';
import { onlineTable } from '../online-table.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import type { PartObject } from './encode-part.ts';
import { lostKeys, olderRows } from './lost-rows.ts';
import { together } from './together.ts';

/** The parts of a window and a feature on their way, by partition; `undefined` for those without rows. */
export interface ClosedParts {
  readonly window: OpenWindow;
  readonly feature: Feature;
  readonly rows: Promise<readonly (PartRows | undefined)[]>;
  /** The objects that are made of the rows. */
  readonly objects: Promise<readonly (PartObject | undefined)[]>;
}

/** The same, and what stands of them. */
interface StandingParts extends ClosedParts {
  readonly recorded: readonly WindowPart[];
  readonly etags: readonly (string | undefined)[];
  readonly revision: number;
  readonly closedAt: number;
}

/**
 * Writes parts: the objects, then the online rows. The online store takes the rows in while the objects are encoded and put,
 * and shows them when these stand.
 */
export class PartsWriter {
  readonly #store: EmbeddedStore;
  readonly #clock: Clock;

  constructor(store: EmbeddedStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Writes windows of some features, in time order; gives of each what is to be recorded. */
  async write(closed: readonly ClosedParts[]): Promise<WindowPart[][]> {
    const windows = await together(closed.map((parts) => this.#standing(parts)));
    // Before any object is put, since these say what was lost: after a crash in between they still say it.
    for (const parts of windows) await this.#dropLost(parts, windows);
    const put = together(windows.map((parts) => this.#putObjects(parts)));
    const writtenAt = this.#clock.now();
    await together<unknown>([put, this.#writeOnline(windows, writtenAt, put)]);
    const etags = await put;
    return together(windows.map((parts, i) => recordOf(parts, etags[i], writtenAt)));
  }

  async #standing(parts: ClosedParts): Promise<StandingParts> {
    const { catalogue, objects, partitions } = this.#store;
    const { feature, window } = parts;
    const recorded = await catalogue.windowParts({ feature: feature.name, window: window.start });
    const names = Array.from({ length: partitions }, (_, partition) =>
      objectName(feature.name, window.start, partition),
    );
    return {
      ...{ ...parts, recorded, closedAt: this.#clock.now() },
      revision: recorded.length === 0 ? 0 : Math.max(...recorded.map(({ revision }) => revision)) + 1,
      // Not the catalogue's word but the objects themselves: a run that was killed may have put them, and somebody may have removed them.
      etags: await together(names.map((name) => objects.head(name))),
    };
  }

  async #dropLost(
    { window, feature, rows, objects, etags }: StandingParts,
    writtenNow: readonly StandingParts[],
  ): Promise<void> {
    if (etags.every((etag) => etag === undefined)) return;
    const [newRows, newObjects] = [await rows, await objects];
    for (const [partition, etag] of etags.entries()) {
      if (etag === undefined || etag === newObjects[partition]?.etag) continue;
      const part = { feature, window: window.start, partition };
      await this.#dropOnline(part, await lostKeys(this.#store, part, newRows[partition]), writtenNow);
    }
  }

  async #putObjects({ window, feature, objects, etags, recorded }: StandingParts): Promise<(string | undefined)[]> {
    const puts = (await objects).map((object, partition) => {
      const hadObject = recorded.some((part) => part.partition === partition && part.etag !== undefined);
      const name = objectName(feature.name, window.start, partition);
      return this.#putObject(name, feature, object, { standing: etags[partition], hadObject });
    });
    return together(puts);
  }

  async #writeOnline(windows: readonly StandingParts[], writtenAt: number, ready: Promise<unknown>): Promise<void> {
    const { online } = this.#store;
    const writes = (await together(windows.map((parts) => onlineWrites(parts, writtenAt)))).flat();
    await online.write(writes, ready);
    let areHidden = false;
    for (const { window, feature } of windows) {
      const left = await online.provisionalKeys(onlineTable(feature), window.start);
      await this.#dropOnline({ window: window.start, feature }, left, windows);
      if (left.length > 0) areHidden ||= windows.some((one) => one.feature === feature && one.window !== window);
    }
    // Rows of the other windows, by those that were dropped.
    if (areHidden) await online.write(writes);
  }

  /** Puts the object where it differs from the one that stands; gives its ETag, `undefined` for a part that never had rows. */
  async #putObject(
    name: string,
    feature: Feature,
    part: PartObject | undefined,
    { standing, hadObject }: { standing: string | undefined; hadObject: boolean },
  ): Promise<string | undefined> {
    if (!part && standing === undefined && !hadObject) return undefined;
    const body = part?.body ?? (await emptyPart(feature));
    const etag = part?.etag ?? contentHash(body);
    if (standing === etag) return etag;
    const put = await this.#store.objects.put(
      name,
      body,
      standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing },
    );
    if (put === undefined)
      throw new StoreError(`store: ${name} was changed by another writer at the same time`, { retriable: true });
    return put;
  }

  /**
   * Takes rows of a window out of the online store; the newest older window that has the key takes the place. Not one that is
   * written now, which has other rows than its objects say: its rows come by themselves.
   */
  async #dropOnline(
    { window, feature }: { window: number; feature: Feature },
    keys: readonly RowKey[],
    writtenNow: readonly StandingParts[],
  ): Promise<void> {
    if (keys.length === 0) return;
    const except = new Set(writtenNow.filter((parts) => parts.feature === feature).map((parts) => parts.window.start));
    const older = await olderRows(this.#store, { feature, before: window, except }, keys);
    await this.#store.online.replace(onlineTable(feature), window, keys, older);
  }
}

async function onlineWrites(
  { window, feature, revision, rows }: StandingParts,
  writtenAt: number,
): Promise<OnlineWrite[]> {
  const parts = (await rows).filter((part) => part !== undefined);
  return parts.map((part) => ({
    table: onlineTable(feature),
    window: window.start,
    revision: { final: revision },
    rows: part,
    writtenAt,
  }));
}

async function recordOf(
  { window, feature, revision, closedAt, rows, objects }: StandingParts,
  etags: readonly (string | undefined)[],
  writtenAt: number,
): Promise<WindowPart[]> {
  const [newRows, newObjects] = [await rows, await objects];
  return etags.map((etag, partition) => ({
    ...{
      feature: feature.name,
      window: window.start,
      partition,
      revision,
      etag,
      state: 'written',
      closedAt,
      writtenAt,
    },
    rows: newRows[partition]?.rows ?? 0,
    checksum: newObjects[partition]?.checksum ?? '',
    lines: window.lines(feature.entity, partition),
  }));
}

/** Threads encode parts; that this one has to is so rare that the encoder is not waited for at start-up. */
async function emptyPart(feature: Feature): Promise<Uint8Array<ArrayBuffer>> {
  const { encodeEmptyPart } = await import('./encode-part.ts');
  return encodeEmptyPart(feature);
}
