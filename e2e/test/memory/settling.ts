import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import type { GroupMember, Reservoir } from '@neartime/streams';
import { FolderReservoir, SqliteCatalogue } from '@neartime/streams/embedded';
import { expect } from 'vitest';
import { Expected } from '../expected.ts';
import { SetClock, Topology, until } from './topology.ts';

const [nine, noon] = ['2018-08-01T09:00:00Z', '2018-08-01T12:00:00Z'];

/** A topology in which some files come late, and windows are settled turn by turn; its clock stands but for `tick`. */
export class Settling implements AsyncDisposable {
  readonly expected: Expected;
  readonly catalogue: SqliteCatalogue;
  readonly clock = new SetClock(Date.parse('2018-08-02T00:00:00Z') / 1000);
  readonly topology: Topology;
  readonly members: GroupMember[] = [];
  /** What must be let go on before it can end. */
  onEnd: () => void = () => undefined;
  readonly #tick: NodeJS.Timeout;

  private constructor(expected: Expected, reservoirOver: (folder: Reservoir) => Reservoir) {
    this.expected = expected;
    this.catalogue = new SqliteCatalogue(expected.place('catalogue.db'));
    this.topology = new Topology(
      reservoirOver(new FolderReservoir(expected.reservoir)),
      this.catalogue,
      this.clock,
      100_000,
    );
    this.#tick = setInterval(() => this.clock.move(1), 20);
  }

  static async begin(
    options: readonly string[],
    reservoirOver: (folder: Reservoir) => Reservoir = (folder) => folder,
  ): Promise<Settling> {
    const settling = new Settling(new Expected(options), reservoirOver);
    const { topology, members } = settling;
    await topology.makeTopics(features);
    members.push(
      await topology.ingestor(),
      await topology.processor('neartime.all', features),
      await topology.writer(features),
    );
    for (const source of settling.sources) await settling.complete(source, nine);
    await until(
      async () => (await settling.catalogue.sources()).length === settling.sources.length,
      'every source has begun',
    );
    return settling;
  }

  get sources(): string[] {
    return [...this.expected.bySource('raw').keys()];
  }

  complete(source: string, completeUpTo: string): Promise<void> {
    return this.topology.notify(source, JSON.stringify({ source, completeUpTo }));
  }

  /** Notifies files and waits until they are read. */
  async bring(paths: readonly string[]): Promise<void> {
    for (const path of paths) await this.notify(path);
    for (const path of paths)
      await until(async () => ['read', 'done'].includes((await this.file(path))?.state ?? ''), `${path} is read`);
  }

  async notify(path: string): Promise<void> {
    const [source] = [...this.expected.bySource('raw')].find(([, paths]) => paths.includes(path))!;
    await this.topology.notify(source, `s3://raw/${path}`);
  }

  file(path: string) {
    return this.catalogue.file(`s3://raw/${path}`);
  }

  /** Every source is complete up to noon, and all that was sent is written. */
  async closeAll(): Promise<void> {
    for (const source of this.sources) await this.complete(source, noon);
    await this.written();
  }

  /** Waits until processors and writers have taken all that there is. */
  async written(): Promise<void> {
    let before = '';
    await until(async () => {
      await sleep(150);
      const parts = JSON.stringify(await this.catalogue.windowParts());
      const isStill = parts === before && this.members.slice(1).every(({ lag }) => lag === 0);
      before = parts;
      return isStill;
    }, 'nothing is written any more');
  }

  /** Fails unless all is as a backfill over all files would have it, and nothing is left to be settled. */
  async isAsBackfill(): Promise<void> {
    expect(await this.topology.stored()).toEqual(this.expected.objects());
    for (const feature of features) expect(this.topology.onlineRows(feature)).toEqual(this.expected.online(feature));
    expect(await this.catalogue.toCheck()).toEqual([]);
    expect(this.topology.troubles).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#tick);
    this.onEnd();
    for (const member of this.members) await member[Symbol.asyncDispose]();
    this.catalogue[Symbol.dispose]();
    this.expected[Symbol.dispose]();
  }
}

/** A turn of settling that nobody ends. */
export const turn = (reprocessor: { turn(signal: AbortSignal): Promise<void> }): Promise<void> =>
  reprocessor.turn(new AbortController().signal);
