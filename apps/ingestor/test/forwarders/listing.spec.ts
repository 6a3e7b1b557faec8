import type { CataloguedFile, LeaseClaim, ListedFile, SourceProgress } from '@neartime/streams';
import { MemoryLeases } from '@neartime/streams/memory';
import { describe, expect, it } from 'vitest';
import { Listing, type ListingOptions } from '../../src/forwarders/listing/listing.ts';
import { type SortedListing, recentFiles } from '../../src/forwarders/listing/recent-files.ts';
import { NoticeWriter } from '../../src/forwarders/notice-writer.ts';
import type { Notice } from '../../src/notice.ts';
import { SetClock } from '../set-clock.ts';
import { until } from '../until.ts';
import { Heard } from './heard.ts';
import { NoticesLog, partitions } from './notices-log.ts';

/** A bucket whose files are listed in the order of their keys, a page at a time. */
class Bucket {
  readonly files = new Map<string, string>();
  requests = 0;
  readonly #pageSize: number;

  constructor(pageSize = 3) {
    this.#pageSize = pageSize;
  }

  put(key: string, version = 'v1'): string {
    this.files.set(key, version);
    return `s3://raw/${key}`;
  }

  readonly list: SortedListing = async function* (this: Bucket, { prefix, after = '' }: Parameters<SortedListing>[0]) {
    const keys = [...this.files.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    for (let i = 0; i === 0 || i < keys.length; i += this.#pageSize) {
      this.requests += 1;
      await Promise.resolve();
      for (const path of keys.slice(i, i + this.#pageSize)) yield { path, size: 1, version: this.files.get(path)! };
    }
  }.bind(this);
}

const key = (source: string, day: string, time = '000000') => `in/${source}/2018/${day}/f-${time}.gz`;

async function listed(files: AsyncIterable<ListedFile>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of files) paths.push(path);
  return paths;
}

describe('recent files', () => {
  it('are those from a day on, of every source, in about one request a source', async () => {
    const bucket = new Bucket();
    const wanted: string[] = [];
    for (const source of ['a', 'a/b', 'b', 'c'])
      for (let day = 1; day <= 28; day++) {
        const path = key(source, `08/${String(day).padStart(2, '0')}`);
        bucket.put(path);
        if (day >= 27) wanted.push(path);
      }
    expect((await listed(recentFiles(bucket.list, 'in/', '2018/08/27'))).sort()).toEqual(wanted.sort());
    expect(bucket.requests).toBeLessThanOrEqual(4 * 2 + 2);
  });

  it('are all that name no day, and those that lie ahead', async () => {
    const bucket = new Bucket();
    for (const path of ['in/notes.gz', key('a', '08/01'), key('a', '12/31'), 'in/z.gz']) bucket.put(path);
    expect(await listed(recentFiles(bucket.list, 'in/', '2018/08/02'))).toEqual([
      key('a', '12/31'),
      'in/notes.gz',
      'in/z.gz',
    ]);
  });

  it('are found where a bucket is empty, or begins with its days', async () => {
    const bucket = new Bucket();
    expect(await listed(recentFiles(bucket.list, '', '2018/08/02'))).toEqual([]);
    for (const day of ['01', '02', '03']) bucket.put(`2018/08/${day}/f-000000.gz`);
    expect(await listed(recentFiles(bucket.list, '', '2018/08/02'))).toEqual([
      '2018/08/02/f-000000.gz',
      '2018/08/03/f-000000.gz',
    ]);
  });
});

/** Leases that count how often a note was left: as often as a round of a listing was finished. */
class CountingLeases extends MemoryLeases {
  notesLeft = 0;

  override async renew(claim: LeaseClaim, note?: string): Promise<boolean> {
    const isHeld = await super.renew(claim, note);
    if (isHeld && note !== undefined) this.notesLeft += 1;
    return isHeld;
  }
}

/** A bucket that instances list, with the catalogue of what came of its notices. */
class Scene {
  readonly bucket = new Bucket();
  readonly leases = new CountingLeases();
  readonly clock = new SetClock('2018-08-03T10:00:00Z');
  readonly rows = new Map<string, Partial<CataloguedFile>>();
  readonly sources: SourceProgress[] = [];
  /** Paths that the catalogue was asked for. */
  readonly asked: string[] = [];
  readonly log: NoticesLog;
  #instances = 0;

  private constructor(log: NoticesLog) {
    this.log = log;
  }

  static async make(): Promise<Scene> {
    return new Scene(await NoticesLog.make());
  }

  /** An instance that lists all the time. */
  instance(heard = new Heard(), over: Partial<ListingOptions> = {}): Listing {
    const { clock, log, leases, rows, sources, asked } = this;
    const file = async (path: string) => {
      asked.push(path);
      return rows.get(path) as CataloguedFile | undefined;
    };
    return new Listing({
      ...{ bucket: 'raw', prefix: 'in/', list: this.bucket.list, listener: heard, leases, clock },
      ...{ catalogue: { file, sources: async () => sources }, writer: new NoticeWriter({ log, clock, partitions }) },
      ...{ owner: `instance ${++this.#instances}`, seconds: 30, renewEveryMs: 2, listEveryMs: 2, lookBack: 2 * day },
      ...over,
    });
  }

  /** Returns when a whole round was made that began after the call. */
  async round(): Promise<void> {
    // One may be under way.
    const finished = this.leases.notesLeft + 2;
    await until(() => this.leases.notesLeft >= finished, 'a round was made');
  }

  /** The ingestor has taken all notices that there are. */
  ingest(): void {
    for (const path of this.fileNotices) {
      this.rows.set(path, { state: 'read', version: this.bucket.files.get(path.slice('s3://raw/'.length))! });
      this.sources.push({ source: path.slice(0, path.indexOf('2018/')), completeUpTo: 0, saidAt: 0 });
    }
  }

  get fileNotices(): string[] {
    return this.log.notices.filter((text) => text.startsWith('s3://'));
  }
}

const day = 86_400;

describe('a listing', () => {
  it('notifies each file once, however often it lists, and asks the catalogue once', async () => {
    const scene = await Scene.make();
    const first = [scene.bucket.put(key('a', '08/03', '090000')), scene.bucket.put(key('b', '08/02', '235959'))];
    const heard = new Heard();
    await using _ = scene.instance(heard);
    await scene.round();
    expect(scene.fileNotices.sort()).toEqual(first);
    scene.ingest();
    const late = scene.bucket.put(key('a', '08/03', '091000'));
    await scene.round();
    await scene.round();
    expect(scene.fileNotices.sort()).toEqual([...first, late].sort());
    expect(scene.asked.sort()).toEqual([...first, late].sort());
    expect(heard.lines).toEqual([
      'taken listing/raw/in/',
      'listing/raw/in/: 2 files, 2 new sources',
      'listing/raw/in/: 1 files, 0 new sources',
    ]);
  });

  it('finds a file that lands late, before all that was notified, as long as it lies in the look-back', async () => {
    const scene = await Scene.make();
    scene.bucket.put(key('a', '08/03', '090000'));
    await using _ = scene.instance();
    await scene.round();
    const late = scene.bucket.put(key('a', '08/01', '100000'));
    const tooLate = scene.bucket.put(key('a', '07/31', '235959'));
    await scene.round();
    expect(scene.fileNotices).toContain(late);
    expect(scene.fileNotices).not.toContain(tooLate);
  });

  it('finds all that came while nobody listed, however long that was', async () => {
    const scene = await Scene.make();
    scene.bucket.put(key('a', '08/03', '090000'));
    {
      await using _ = scene.instance();
      await scene.round();
    }
    scene.ingest();
    scene.clock.move(30 * day);
    const missed = [scene.bucket.put(key('a', '08/02', '000000')), scene.bucket.put(key('a', '08/15', '000000'))];
    await using _ = scene.instance();
    await scene.round();
    expect(scene.fileNotices.slice(1)).toEqual(missed);
  });

  it('does not notify again what the catalogue knows, when another instance takes over', async () => {
    const scene = await Scene.make();
    const known = scene.bucket.put(key('a', '08/03', '090000'));
    const unnamed = scene.bucket.put('in/notes.gz');
    scene.rows.set(known, { state: 'reading', version: 'v1' });
    scene.rows.set(unnamed, { state: 'quarantined', reason: 'no_file_time', version: '' });
    await using _ = scene.instance();
    await scene.round();
    expect(scene.log.notices).toEqual([]);
  });

  it('notifies again, once, what was set aside or has been replaced since it was read', async () => {
    const scene = await Scene.make();
    const [missing, broken] = ['090000', '091000'].map((time) => scene.bucket.put(key('a', '08/03', time), 'v2'));
    scene.rows.set(missing!, { state: 'quarantined', reason: 'missing', version: 'v2' });
    scene.rows.set(broken!, { state: 'quarantined', reason: 'truncated', version: 'v1' });
    await using _ = scene.instance();
    await scene.round();
    await scene.round();
    expect(scene.fileNotices).toEqual([missing, broken]);
  });

  it('says where sources begin that nobody knows, before any of their files, and once', async () => {
    const scene = await Scene.make();
    scene.sources.push({ source: 's3://raw/in/known/', completeUpTo: 0, saidAt: 0 });
    for (const source of ['a', 'b', 'known'])
      for (const time of ['092959', '091500']) scene.bucket.put(key(source, '08/03', time));
    const writes: Notice[][] = [];
    const writer = { write: async (notices: readonly Notice[]) => void writes.push([...notices]) };
    await using _ = scene.instance(new Heard(), { writer });
    await scene.round();
    scene.bucket.put(key('a', '08/03', '100000'));
    await scene.round();
    const completeUpTo = Date.parse('2018-08-03T09:10:00Z') / 1000;
    const [first, ...rest] = writes.filter((notices) => notices.length > 0);
    expect(first!.slice(0, 2)).toEqual([
      { source: 's3://raw/in/a/', completeUpTo },
      { source: 's3://raw/in/b/', completeUpTo },
    ]);
    const times = first!.slice(2).map((notice) => ('key' in notice ? notice.key.slice(-9, -3) : 'no file'));
    expect(times).toEqual(['091500', '091500', '091500', '092959', '092959', '092959']);
    expect(rest).toEqual([[expect.objectContaining({ key: key('a', '08/03', '100000') })]]);
  });

  it('is made by one instance at a time, and by another when that one dies', async () => {
    const scene = await Scene.make();
    const [first, second] = [new Heard(), new Heard()];
    const seen: string[] = [];
    await using dying = scene.instance(first, { list: hanging(scene.bucket.list, () => seen.push('dead')) });
    await until(() => seen.length > 0, 'the first instance hangs in its listing');
    await using _ = scene.instance(second);
    const found = scene.bucket.put(key('a', '08/03', '090000'));
    // It renews no more.
    scene.leases.renew = async (claim, note) =>
      claim.owner === 'instance 1'
        ? new Promise(() => undefined)
        : CountingLeases.prototype.renew.call(scene.leases, claim, note);
    scene.clock.move(29);
    expect(second.lines).toEqual([]);
    scene.clock.move(2);
    await scene.round();
    expect(scene.fileNotices).toEqual([found]);
    expect(second.lines[0]).toBe('taken listing/raw/in/');
    expect(dying.state()).toEqual({ 'listing s3://raw/in/': 'lists' });
  });

  it('goes on when a bucket cannot be listed, and says why until it can', async () => {
    const scene = await Scene.make();
    const heard = new Heard();
    let isDown = true;
    const list: SortedListing = (part) => {
      if (isDown) throw new Error('s3: cannot list s3://raw/in/');
      return scene.bucket.list(part);
    };
    await using listing = scene.instance(heard, { list });
    await until(() => heard.troubles.length >= 2, 'it was tried again');
    expect(listing.state()).toEqual({ 'listing s3://raw/in/': 's3: cannot list s3://raw/in/' });
    const found = scene.bucket.put(key('a', '08/03', '090000'));
    isDown = false;
    await scene.round();
    expect(scene.fileNotices).toEqual([found]);
    expect(listing.state()).toEqual({ 'listing s3://raw/in/': 'lists' });
  });

  it('leaves no note for what does not stand in the log', async () => {
    const scene = await Scene.make();
    scene.bucket.put(key('a', '08/03', '090000'));
    const heard = new Heard();
    {
      const writer = { write: () => Promise.reject(new Error('kafka: down')) };
      await using _ = scene.instance(heard, { writer });
      await until(() => heard.troubles.length >= 2, 'it was tried again');
    }
    expect(scene.leases.notesLeft).toBe(0);
    await using _ = scene.instance();
    await scene.round();
    expect(scene.fileNotices.length).toBe(1);
  });
});

/** A listing that never comes to an end. */
const hanging = (list: SortedListing, onHanging: () => void): SortedListing =>
  async function* (part) {
    yield* list(part);
    onHanging();
    await new Promise(() => undefined);
  };
