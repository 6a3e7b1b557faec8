import { type Progress, entities, progressRecord, topics } from '@neartime/schemas';
import { DeadLetters, type LoggedRecord, RecordDecoder, RecordEncoder } from '@neartime/streams';
import { at, line, oracleMurmur2, rawFilePath } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { type Ingested, NoticesWorker, ProgressSender } from '../src/index.ts';
import { Ingesting, partitions } from './ingesting.ts';

const source = 's3://raw/in/olx/';
const keyAt = (time: string) => rawFilePath('in/olx', `2018-08-01T${time}Z`);
const idleAfter = 300;

/** A worker for partition 2 of the notices; the test says what is in it and moves the clock. */
class Noticing {
  readonly ingesting: Ingesting;
  readonly outcomes: Ingested[] = [];
  worker!: NoticesWorker;
  end = 0;
  #taken = 0;

  private constructor(ingesting: Ingesting) {
    this.ingesting = ingesting;
  }

  static async begin(ingesting: Ingesting, committed = 0): Promise<Noticing> {
    const noticing = new Noticing(ingesting);
    noticing.end = committed;
    noticing.#taken = committed;
    const { registry, clock, catalogue, writer: log } = ingesting;
    const encoder = await RecordEncoder.of<Progress>(registry, progressRecord);
    noticing.worker = await NoticesWorker.open(
      {
        ...{
          topic: topics.rawFiles,
          partition: 2,
          committed: { offset: committed, metadata: '' },
          beginning: 0,
          end: committed,
        },
        signal: new AbortController().signal,
      },
      {
        ingest: ({ key }) => ingesting.ingest(key),
        progress: new ProgressSender({ log, catalogue, encoder, clock, partitions, noticesPartition: 2 }),
        deadLetters: await DeadLetters.over(log, registry, clock, () => undefined),
        endOf: async () => noticing.end,
        listener: { ingested: (_, outcome) => void noticing.outcomes.push(outcome) },
        ...{ catalogue, clock, idleAfter, noticesPartitions: 4 },
      },
    );
    return noticing;
  }

  async notify(...values: string[]): Promise<void> {
    const records = values.map((value): LoggedRecord => ({
      key: null,
      value: Buffer.from(value),
      timestamp: 0,
      offset: this.end++,
    }));
    this.#taken = this.end;
    await this.worker.take(records, this.#taken);
  }

  /** Seconds pass without a notice, with a call each second. */
  async wait(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.ingesting.now++;
      await this.worker.take([], this.#taken);
    }
  }

  /** How far the source was last said to be complete, on every partition of every topic. */
  async said(): Promise<number> {
    const decoder = new RecordDecoder(this.ingesting.registry, [{ record: progressRecord }]);
    const said = new Set<number>();
    for (const topic of entities.map((entity) => topics.events(entity))) {
      for (let partition = 0; partition < partitions; partition++) {
        const records = this.ingesting.log.records({ topic, partition });
        await decoder.prepare(records.map(({ value }) => value));
        const decoded = records
          .map(({ value }) => decoder.decode(value))
          .filter((one) => 'is' in one && one.is === 'neartime.Progress');
        const last = decoded.at(-1) as { value: Progress } | undefined;
        said.add(last?.value.sources.find((one) => one.source === source)?.complete_up_to ?? -1);
      }
    }
    expect(said.size).toBe(1);
    return [...said][0]!;
  }
}

describe('a source', () => {
  it('is complete up to its last file, everywhere, and its notices are committed once that has been said', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    for (const time of ['10:10:00', '10:11:00']) ingesting.bucket.put(keyAt(time), [line()]);
    await noticing.notify(`s3://raw/${keyAt('10:10:00')}`);
    expect(await noticing.said()).toBe(at('10:10'));
    expect(noticing.worker.commit()).toEqual({ offset: 1, metadata: '' });
    // A moment later: what is to be said waits a second, and with it the commit.
    await noticing.notify(`s3://raw/${keyAt('10:11:00')}`);
    expect(await noticing.said()).toBe(at('10:10'));
    expect(noticing.worker.commit()).toEqual({ offset: 1, metadata: '' });
    await noticing.wait(1);
    expect(await noticing.said()).toBe(at('10:11'));
    expect(noticing.worker.commit()).toEqual({ offset: 2, metadata: '' });
    expect(await ingesting.catalogue.sources()).toMatchObject([{ source, completeUpTo: at('10:11'), partition: 2 }]);
  });

  it('that goes quiet is moved on by the clock, `idleAfter` behind it, and no file of its comes late', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    ingesting.bucket.put(keyAt('10:58:00'), [line()]);
    await noticing.notify(`s3://raw/${keyAt('10:58:00')}`);
    await noticing.wait(idleAfter);
    expect(await noticing.said()).toBe(at('10:58'));
    await noticing.wait(60);
    expect(await noticing.said()).toBe(at('10:59'));
    expect(await noticing.said()).toBeLessThan(ingesting.now - idleAfter);
  });

  it('is not moved on while there are notices that were not taken', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    ingesting.bucket.put(keyAt('10:58:00'), [line()]);
    await noticing.notify(`s3://raw/${keyAt('10:58:00')}`);
    noticing.end = 2;
    await noticing.wait(2 * idleAfter);
    // It was known to be read up to its end for a moment only.
    expect(await noticing.said()).toBe(at('10:58'));
  });

  it('goes on where it was under another owner, who counts ten minutes at most of the time between', async () => {
    using ingesting = await Ingesting.begin();
    const first = await Noticing.begin(ingesting);
    ingesting.bucket.put(keyAt('10:58:00'), [line()]);
    await first.notify(`s3://raw/${keyAt('10:58:00')}`);
    ingesting.now += 3600;
    const second = await Noticing.begin(ingesting, 1);
    await second.wait(1);
    expect(await second.said()).toBe(at('10:58') + 600 - idleAfter + 1);
  });

  it('that is complete up to a time to come stays there until the clock has caught up', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    await noticing.notify(JSON.stringify({ source, completeUpTo: '2018-08-01T11:10:00Z' }));
    await noticing.wait(600);
    expect(await noticing.said()).toBe(at('11:10'));
    await noticing.wait(idleAfter + 60);
    expect(await noticing.said()).toBe(at('11:11'));
  });

  it('is not believed to be complete up to a time that is far ahead', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    await noticing.notify(JSON.stringify({ source, completeUpTo: '2081-08-01T10:00:00Z' }));
    expect(await noticing.said()).toBe(-1);
    expect(ingesting.log.records({ topic: topics.deadLetters, partition: 0 })).toHaveLength(1);
  });

  it('that goes quiet is moved on, however busy others in its partition are, and old files do not hold it', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    for (const time of ['10:58:00', '09:00:00']) ingesting.bucket.put(keyAt(time), [line({ timestamp: at('08:59') })]);
    await noticing.notify(`s3://raw/${keyAt('10:58:00')}`);
    for (let second = 0; second < idleAfter + 60; second++) {
      ingesting.now++;
      const other = JSON.stringify({ source: 's3://raw/in/other/', completeUpTo: '2018-08-01T10:00:00Z' });
      await noticing.notify(second === 200 ? `s3://raw/${keyAt('09:00:00')}` : other);
    }
    expect(await noticing.said()).toBe(at('10:59'));
  });

  it('may be said to be complete by a notice alone', async () => {
    using ingesting = await Ingesting.begin();
    const noticing = await Noticing.begin(ingesting);
    await noticing.notify(JSON.stringify({ source, completeUpTo: '2018-08-01T10:30:00Z' }));
    expect(await noticing.said()).toBe(at('10:30'));
  });
});

describe('a file that was set aside', () => {
  it('is tried again by itself, by the next owner too', async () => {
    using ingesting = await Ingesting.begin();
    const first = await Noticing.begin(ingesting);
    await first.notify(
      JSON.stringify({ source, completeUpTo: '2018-08-01T10:00:00Z' }),
      `s3://raw/${keyAt('10:10:00')}`,
    );
    expect(first.outcomes).toMatchObject([{ is: 'set aside', reason: 'missing' }]);
    expect(first.worker.commit()).toEqual({ offset: 2, metadata: '' });
    const second = await Noticing.begin(ingesting, 2);
    ingesting.bucket.put(keyAt('10:10:00'), [line()]);
    await second.wait(61);
    expect(second.outcomes).toMatchObject([{ is: 'sent' }]);
    expect(await second.said()).toBe(at('10:10'));
    await second.wait(200);
    expect(second.outcomes).toHaveLength(1);
  });
});

it('takes up a file of a source that has said nothing yet when its notices are its own, and no other', async () => {
  using ingesting = await Ingesting.begin();
  const aside = Array.from({ length: 16 }, (_, i) => `in/brand${i}/2018/08/01/201808-01-101000.gz`);
  for (const key of aside) await ingesting.ingest(key);
  const noticing = await Noticing.begin(ingesting);
  await noticing.wait(61);
  const mine = aside.filter(
    (key) => (oracleMurmur2(Buffer.from(`s3://raw/${key.slice(0, key.indexOf('2018'))}`)) & 0x7fffffff) % 4 === 2,
  );
  expect(mine.length).toBeGreaterThan(0);
  expect(noticing.outcomes).toHaveLength(mine.length);
});

it('buries what is no notice, and goes on', async () => {
  using ingesting = await Ingesting.begin();
  const noticing = await Noticing.begin(ingesting);
  ingesting.bucket.put(keyAt('10:10:00'), [line()]);
  await noticing.notify('junk 😀', `s3://raw/${keyAt('10:10:00')}`);
  expect(noticing.outcomes).toMatchObject([{ is: 'sent' }]);
  expect(ingesting.log.records({ topic: topics.deadLetters, partition: 0 })).toHaveLength(1);
});
