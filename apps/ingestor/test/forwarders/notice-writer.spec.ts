import { oracleMurmur2 } from '@neartime/testing';
import { topics } from '@neartime/schemas';
import type { LogAppend } from '@neartime/streams';
import { describe, expect, it } from 'vitest';
import { NoticeWriter } from '../../src/forwarders/notice-writer.ts';
import { SetClock } from '../set-clock.ts';
import { NoticesLog, partitions } from './notices-log.ts';

const clock = new SetClock('2018-08-01T10:00:00Z');
const file = (source: string, minute = 10) => ({
  bucket: 'raw',
  key: `in/${source}/2018/08/01/a-10${String(minute).padStart(2, '0')}00.gz`,
});

describe('a notice writer', () => {
  it('puts each notice under its source, in the partition that Java gives that key', async () => {
    const log = await NoticesLog.make();
    const sources = Array.from({ length: 20 }, (_, i) => `source ${i} é`);
    await new NoticeWriter({ log, clock, partitions }).write(sources.map((source) => file(source)));
    for (const source of sources) {
      const key = `s3://raw/in/${source}/`;
      const partition = (oracleMurmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
      const [record] = log
        .records({ topic: topics.rawFiles, partition })
        .filter((one) => Buffer.from(one.key!).toString() === key);
      expect(Buffer.from(record!.value).toString()).toBe(`s3://raw/${file(source).key}`);
      expect(record!.timestamp).toBe(clock.now() * 1000);
    }
    expect(log.notices.length).toBe(sources.length);
  });

  it('keeps "complete up to" and the files of its source together, in their order', async () => {
    const log = await NoticesLog.make();
    const source = 's3://raw/in/a/';
    await new NoticeWriter({ log, clock, partitions }).write([{ source, completeUpTo: 1533117600 }, file('a')]);
    const holding = [0, 1, 2, 3].map((partition) => log.in(partition)).filter((texts) => texts.length > 0);
    expect(holding).toEqual([
      ['{"source":"s3://raw/in/a/","completeUpTo":"2018-08-01T10:00:00.000Z"}', `s3://raw/${file('a').key}`],
    ]);
  });

  it('gives a file whose name carries no time a key too', async () => {
    const log = await NoticesLog.make();
    const write = (key: string) => new NoticeWriter({ log, clock, partitions }).write([{ bucket: 'raw', key }]);
    for (const key of ['in/a/notes.gz', 'notes.gz']) await write(key);
    expect(log.notices.sort()).toEqual(['s3://raw/in/a/notes.gz', 's3://raw/notes.gz']);
  });

  it('sends many in appends that a broker takes, each after the one before stands', async () => {
    const appends: (readonly LogAppend[])[] = [];
    let underWay = 0;
    const log = {
      async append(batch: readonly LogAppend[]) {
        expect(++underWay).toBe(1);
        await Promise.resolve();
        appends.push(batch);
        underWay -= 1;
      },
    };
    const long = 'x'.repeat(900);
    await new NoticeWriter({ log, clock, partitions }).write(
      Array.from({ length: 2000 }, (_, i) => file(long, i % 60)),
    );
    const sizes = appends.map((batch) =>
      batch.flatMap(({ records }) => [...records]).reduce((sum, { key, value }) => sum + key!.length + value.length, 0),
    );
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    expect(appends.flat().reduce((sum, { records }) => sum + records.length, 0)).toBe(2000);
  });
});
