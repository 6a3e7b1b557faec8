import type { Feature, OpenWindow } from '@neartime/engines';
import {
  type ParityOptions,
  checkParity,
  compareWindows,
  putOffFrom,
  readWindows,
  registeredFeatures,
} from '@neartime/settling';
import type { Catalogue, Clock, Leases, ObjectStore, ParityResult, WindowToCheck } from '@neartime/streams';
import type { WindowPublisher } from '../window-publisher.ts';
import { Claims, parityClaim, windowClaim } from './claims.ts';
import { type DueWindow, dueOnList, lostFromLog } from './due-windows.ts';

/** What reprocessing says of its work, for logs and metrics. */
export interface ReprocessListener {
  reprocessed(feature: string, window: number, revision: number, rows: number): void;
  incomplete(feature: string, window: number, why: string): void;
  parity(result: ParityResult): void;
}

export interface ReprocessorOptions extends Pick<ParityOptions, 'rawFile' | 'encode' | 'partitions'> {
  readonly features: readonly Feature[];
  readonly catalogue: Catalogue;
  readonly leases: Leases;
  readonly objects: ObjectStore;
  readonly publisher: WindowPublisher;
  readonly clock: Clock;
  /** A text of this process alone. */
  readonly owner: string;
  /** Seconds before a window that was found to differ is reprocessed the first time. */
  readonly settleAfter: number;
  /** Of so many windows that are settled, one is computed again to be compared; 0: none is. */
  readonly parityOneIn: number;
  readonly listener: ReprocessListener;
}

/** Windows are computed together up to so many lines, which bounds the rows in memory. */
const linesAtOnce = 2_000_000;
const windowsAtOnce = 144;
/** Seconds for which one process alone compares windows. */
const comparingSeconds = 60;
const parityAtOnce = 12;
/** What is known of a window that is computed without having been found to differ. */
const found = { attempts: 1, dueAt: -Infinity };
/** Seconds that the rows of a revision may take to be written. */
const longestWriting = 600;
const turnsToMark = 6;

/**
 * Settles windows, one turn after another: compares those whose time has come with what the files sent to them, computes those of its
 * features that are due from raw files, with the code that the stream runs, and publishes each whole, as the revision that its claim
 * gave. A claim ends by itself: until then its rows have been written, or the window is due again.
 */
export class Reprocessor {
  readonly #options: ReprocessorOptions;
  readonly #claims: Claims;
  /** By feature: windows that the log has not lost, so that they are not asked for at every turn. */
  readonly #kept = new Map<string, Map<number, string>>();
  /** Windows that are published, and perhaps not written, with their revision. */
  readonly #published = new Map<DueWindow, number>();
  /** By feature: the last window whose parity was checked. */
  readonly #checkedUpTo = new Map<string, number>();
  #turns = 0;
  /** Why raw files could not be had in this turn: what does not need them went on. */
  #away: Error[] = [];

  constructor(options: ReprocessorOptions) {
    this.#options = options;
    this.#claims = new Claims(options);
  }

  /**
   * Takes what is due now. Ends early, in the middle of a file, when it is told to. Throws in the end when a file could not be had;
   * what needs it is tried at the next turn.
   */
  async turn(signal: AbortSignal): Promise<void> {
    this.#away = [];
    await this.#releaseWritten();
    const list = await this.#options.catalogue.toCheck();
    await this.#compare(list);
    const due = await this.#due(list);
    for (const batch of inBatches(due)) {
      if (signal.aborted) return;
      await this.#take(batch, signal);
    }
    const isListed = new Set(list.map(({ window }) => window));
    for (const feature of this.#options.features) await this.#parity(feature, isListed, signal);
    const [away] = this.#away;
    if (away) throw away;
  }

  /** One process at a time compares: all would come to the same. */
  async #compare(list: readonly WindowToCheck[]): Promise<void> {
    const { catalogue, leases, clock, owner } = this.#options;
    const now = clock.now();
    if (!(await leases.take({ name: 'comparing', owner, now, until: now + comparingSeconds }))) return;
    const registered = await registeredFeatures(catalogue);
    await compareWindows(list, { ...this.#options, registered });
    // Nothing waits for it, and it looks at all files of the last minutes.
    if (this.#turns++ % turnsToMark === 0) await catalogue.markDone(registered);
  }

  async #due(list: readonly WindowToCheck[]): Promise<DueWindow[]> {
    const { features, catalogue, partitions, clock } = this.#options;
    const due = new Map<string, DueWindow>();
    for (const feature of features) {
      const lost = await lostFromLog(catalogue, feature, partitions, this.#keptOf(feature));
      const onList = await dueOnList(list, feature, catalogue, clock.now());
      for (const one of [...lost, ...onList]) due.set(`${one.feature.name} ${one.window}`, one);
    }
    return [...due.values()].sort((a, b) => a.window - b.window);
  }

  /** Computes what nobody else is at; of what is not published when it ends the claim is given back. */
  async #take(due: readonly DueWindow[], signal: AbortSignal): Promise<void> {
    const revisions = new Map<DueWindow, number>();
    try {
      for (const one of due) {
        const revision = await this.#claims.take(claimOf(one));
        if (revision !== undefined) revisions.set(one, revision);
      }
      if (revisions.size === 0) return;
      await using _ = this.#claims.keep(() => [...revisions.keys()].map(claimOf));
      await this.#compute(revisions, signal);
    } finally {
      for (const one of revisions.keys()) await this.#claims.release(claimOf(one));
    }
  }

  async #compute(revisions: Map<DueWindow, number>, signal: AbortSignal): Promise<void> {
    const byWindow = Map.groupBy(revisions.keys(), ({ window }) => window);
    const wanted = new Map([...byWindow].map(([start, due]) => [start, due.map(({ feature }) => feature)]));
    const { whole, incomplete, away } = await readWindows(wanted, this.#options, signal);
    this.#away.push(...away.values());
    for (const [window, why] of incomplete)
      for (const due of away.has(window) ? [] : byWindow.get(window)!) {
        await this.#setIncomplete(due, why);
        await this.#putOff(due);
        revisions.delete(due);
      }
    for (const window of whole)
      for (const due of byWindow.get(window.start)!) {
        signal.throwIfAborted();
        // One that took longer than the claim is another's by now.
        if (await this.#claims.hold(claimOf(due))) {
          await this.#publish(window, due, revisions.get(due)!);
          await this.#putOff(due);
          this.#published.set(due, revisions.get(due)!);
        }
        revisions.delete(due);
      }
  }

  async #publish(window: OpenWindow, { feature }: DueWindow, revision: number): Promise<void> {
    const { publisher, partitions, listener } = this.#options;
    let rows = 0;
    for (let partition = 0; partition < partitions; partition++)
      rows += (await publisher.whole(window, feature, partition, revision)).rows;
    listener.reprocessed(feature.name, window.start, revision, rows);
  }

  /** If it differs then still, it is computed again; not before, however often it is found to differ, and by nobody. */
  async #putOff(due: DueWindow): Promise<void> {
    const { catalogue, clock, settleAfter } = this.#options;
    const { feature, window, differing } = due;
    const next = putOffFrom(differing ?? found, clock.now(), settleAfter);
    await this.#claims.holdFor(Math.min(longestWriting, next.dueAt - clock.now()), claimOf(due));
    await catalogue.putOff(window, feature.name, next);
  }

  /** Gives windows back that this process has published and that are written by now: they may be asked for again. */
  async #releaseWritten(): Promise<void> {
    const { catalogue, partitions } = this.#options;
    for (const [due, revision] of this.#published) {
      const { feature, window } = due;
      const parts = await catalogue.windowParts({ feature: feature.name, window });
      const isWritten = parts.filter((part) => part.revision >= revision).length === partitions;
      if (isWritten) await this.#claims.release(claimOf(due));
      if (isWritten || !this.#claims.has(claimOf(due))) this.#published.delete(due);
    }
  }

  async #setIncomplete({ feature, window }: DueWindow, why: string): Promise<void> {
    const { catalogue, listener } = this.#options;
    listener.incomplete(feature.name, window, why);
    const parts = await catalogue.windowParts({ feature: feature.name, window });
    const written = parts.filter(({ state }) => state === 'written');
    if (written.length > 0) await catalogue.recordParts(written.map((part) => ({ ...part, state: 'incomplete' })));
  }

  /** Checks some of the windows whose parity is due, while nobody else does. */
  async #parity(feature: Feature, isListed: ReadonlySet<number>, signal: AbortSignal): Promise<void> {
    const { catalogue, listener } = this.#options;
    const due = (await catalogue.parityDue(feature.name)).filter((window) => !isListed.has(window));
    if (due.length === 0 || signal.aborted) return;
    const claim = parityClaim(feature.name);
    if ((await this.#claims.take(claim)) === undefined) return;
    try {
      await using _ = this.#claims.keep(() => [claim]);
      const options = { ...this.#options, onAway: (error: Error) => void this.#away.push(error) };
      const results = await checkParity(feature, this.#nextToCheck(feature, due), options, signal);
      results.forEach((result) => listener.parity(result));
    } finally {
      await this.#claims.release(claim);
    }
  }

  /** Those after the last ones, round and round: what cannot be judged now does not hold up the others. */
  #nextToCheck({ name }: Feature, due: readonly number[]): number[] {
    const last = this.#checkedUpTo.get(name) ?? -Infinity;
    const windows = [...due.filter((window) => window > last), ...due.filter((window) => window <= last)];
    const next = windows.slice(0, parityAtOnce);
    this.#checkedUpTo.set(name, next.at(-1)!);
    return next;
  }

  #keptOf({ name }: Feature): Map<number, string> {
    let kept = this.#kept.get(name);
    if (!kept) this.#kept.set(name, (kept = new Map()));
    return kept;
  }
}

const claimOf = ({ feature, window }: DueWindow): string => windowClaim(feature.name, window);

/** Windows, in order, that are computed together: so many lines at most, or one window. */
function* inBatches(due: readonly DueWindow[]): Iterable<DueWindow[]> {
  let batch: DueWindow[] = [];
  let lines = 0;
  for (const one of due) {
    if (batch.length > 0 && (lines + one.lines > linesAtOnce || batch.length >= windowsAtOnce)) {
      yield batch;
      [batch, lines] = [[], 0];
    }
    batch.push(one);
    lines += one.lines;
  }
  if (batch.length > 0) yield batch;
}
