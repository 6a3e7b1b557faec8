import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { murmur2, partitionOf } from '@neartime/engines';
import { topics } from '@neartime/schemas';
import { StoreError } from '@neartime/streams';
import { line, oracleMurmur2, rawFilePath } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { Ingesting, partitions } from './ingesting.ts';

const key = rawFilePath('in/olx/android', '2018-08-01T10:10:00Z');
const path = `s3://raw/${key}`;
const source = 's3://raw/in/olx/android/';
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) =>
    line({ device_id: `device ${(from + i) % 50} 😀`, user_id: i % 3 === 0 ? `user ${i % 7}` : undefined }),
  );

const [devices, users] = [topics.events('device'), topics.events('user')];

describe('a raw file', () => {
  it('goes line by line to the topic of each id that a line carries, to the partition of the id, in order', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(key, [...many(9000), 'no json', '', line({ device_id: undefined, user_id: 'User 1 ' })]);
    expect(await ingesting.ingest(key)).toMatchObject({
      is: 'sent',
      source,
      file: { read: 9003, events: 9001, blank: 1 },
    });
    const toDevices = await ingesting.sent(devices);
    const toUsers = await ingesting.sent(users);
    expect(toDevices).toHaveLength(9000);
    expect(toUsers).toHaveLength(3001);
    for (const sent of [...toDevices, ...toUsers])
      expect(sent.partition).toBe((oracleMurmur2(Buffer.from(sent.key)) & 0x7fffffff) % partitions);
    for (let partition = 0; partition < partitions; partition++) {
      const lines = toDevices.filter((sent) => sent.partition === partition).map((sent) => sent.line);
      expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    }
    const lastUser = toUsers.find((sent) => sent.line === 9003)!;
    expect(lastUser).toMatchObject({
      key: 'user 1',
      partition: partitionOf(murmur2(Buffer.from('user 1'), 0, 6), partitions),
    });
  });

  it('is in the catalogue with its counts, its lines by window, its task and what was rejected', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(key, [...many(20), 'no json']);
    await ingesting.ingest(key);
    const { catalogue, log } = ingesting;
    expect(await catalogue.file(path)).toMatchObject({
      state: 'read',
      source,
      read: 21,
      events: 20,
      rejected: { not_json: 1 },
    });
    const lines = await catalogue.linesOf(path);
    const counted = (entity: string) =>
      lines.filter((cell) => cell.entity === entity).reduce((sum, cell) => sum + cell.lines.lines, 0);
    expect([counted('device'), counted('user')]).toEqual([20, 7]);
    expect(await catalogue.tasks()).toEqual([
      {
        sourceBucket: 'raw',
        filePath: key,
        dataChunk: Date.parse('2018-08-01T10:10:00Z') / 1000,
        tsToProcess: Date.parse('2018-08-01T10:23:00Z') / 1000,
      },
    ]);
    expect(await catalogue.rejectedRuns()).toMatchObject([{ path, reason: 'not_json', firstLine: 21, lastLine: 21 }]);
    expect(log.records({ topic: topics.rejected, partition: 0 })).toHaveLength(1);
  });

  it.each([
    ['not_gzip', Buffer.from('{"no": "gzip"}')],
    ['truncated', 'half'],
    ['corrupt', 'and more'],
  ])('that is %s sends nothing and goes to quarantine', async (reason, bytes) => {
    using ingesting = await Ingesting.begin();
    const whole = gzipSync(many(3000).join('\n'));
    const broken = {
      half: whole.subarray(0, whole.length / 2),
      'and more': Buffer.concat([whole, Buffer.from([0, 0, 1, 2])]),
    };
    ingesting.bucket.putBytes(key, typeof bytes === 'string' ? broken[bytes as 'half'] : bytes);
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'quarantined', reason });
    expect(await ingesting.sent(devices)).toEqual([]);
    expect(await ingesting.catalogue.file(path)).toMatchObject({ state: 'quarantined', reason });
    expect(await ingesting.ingest(key)).toEqual({ is: 'known' });
  });

  it('without a time in its name goes to quarantine', async () => {
    using ingesting = await Ingesting.begin();
    expect(await ingesting.ingest('in/olx/notes.gz')).toMatchObject({ is: 'quarantined', reason: 'no_file_time' });
  });

  it('that is notified again is not sent again, and its source is complete up to it all the same', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(key, many(10));
    await ingesting.ingest(key);
    expect(await ingesting.ingest(key)).toEqual({
      is: 'sent',
      source,
      fileTime: Date.parse('2018-08-01T10:10:00Z') / 1000,
    });
    expect(await ingesting.sent(devices)).toHaveLength(10);
  });

  it('that was sent is the same file with the same bytes, whatever its version, and is refused with others', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(key, many(10), 'v1');
    await ingesting.ingest(key);
    ingesting.bucket.put(key, many(10), 'v2');
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent' });
    expect(await ingesting.catalogue.file(path)).toMatchObject({ state: 'read', version: 'v2' });
    ingesting.bucket.put(key, many(11), 'v3');
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'quarantined', reason: 'changed' });
    expect(await ingesting.sent(devices)).toHaveLength(10);
    ingesting.bucket.put(key, many(10), 'v4');
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent' });
    expect(await ingesting.catalogue.file(path)).toMatchObject({ state: 'read', version: 'v4' });
  });

  it('of which a part was sent is sent from its beginning, as the same file; with other bytes it is refused', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(key, many(20_000), 'v1');
    let appends = 0;
    ingesting.onAppend = () => {
      if (++appends === 2) throw new StoreError('kafka: no', { retriable: true });
    };
    await expect(ingesting.ingest(key)).rejects.toThrow('kafka: no');
    const part = await ingesting.sent(devices);
    expect(part.length).toBeGreaterThan(0);
    expect(await ingesting.catalogue.file(path)).toMatchObject({ state: 'reading' });
    ingesting.onAppend = () => undefined;

    ingesting.bucket.put(key, many(20_000, 1), 'v2');
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'quarantined', reason: 'changed' });
    ingesting.bucket.put(key, many(20_000), 'v3');
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent', file: { events: 20_000 } });
    const all = await ingesting.sent(devices);
    expect(all).toHaveLength(part.length + 20_000);
    expect(new Set(all.map(({ file }) => file)).size).toBe(1);
  });

  it('is left where it is when its source becomes that of another, who sends it from its beginning', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(
      key,
      Array.from({ length: 20_000 }, () => line({ device_id: randomUUID() })),
    );
    const mine = new AbortController();
    let appends = 0;
    ingesting.onAppend = () => ++appends === 2 && mine.abort(new Error('it is lost'));
    await expect(ingesting.ingest(key, mine.signal)).rejects.toThrow('it is lost');
    expect((await ingesting.sent(devices)).length).toBeLessThan(20_000);
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent', file: { events: 20_000 } });
  });

  it('that is replaced before anything of it was sent is sent as it is now', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.putBytes(key, Buffer.from('no gzip'));
    await ingesting.ingest(key);
    ingesting.bucket.put(key, many(5));
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent', file: { events: 5 } });
  });

  it('that is missing, forbidden or ahead of the clock is set aside, and sent when that is over', async () => {
    using ingesting = await Ingesting.begin();
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'set aside', reason: 'missing' });
    ingesting.bucket.put(key, many(5));
    ingesting.bucket.forbidden.add(key);
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'set aside', reason: 'forbidden' });
    ingesting.bucket.forbidden.clear();
    ingesting.now = Date.parse('2018-08-01T10:04:59Z') / 1000;
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'set aside', reason: 'ahead' });
    expect(await ingesting.catalogue.file(path)).toMatchObject({ state: 'quarantined', reason: 'ahead' });
    ingesting.now += 1;
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent', file: { events: 5 } });
  });

  it('that was sent stays so when it cannot be had any more', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(key, many(10));
    await ingesting.ingest(key);
    ingesting.bucket.forbidden.add(key);
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent' });
    ingesting.bucket.remove(key);
    ingesting.bucket.forbidden.clear();
    expect(await ingesting.ingest(key)).toMatchObject({ is: 'sent' });
    expect(await ingesting.catalogue.file(path)).toMatchObject({ state: 'read' });
    expect(await ingesting.sent(devices)).toHaveLength(10);
  });

  it('waits with its next lines until those before them stand', async () => {
    using ingesting = await Ingesting.begin();
    ingesting.bucket.put(
      key,
      Array.from({ length: 30_000 }, () => line({ device_id: randomUUID() })),
    );
    let largest = 0;
    ingesting.onAppend = (appends) => {
      largest = Math.max(
        largest,
        appends.reduce((sum, { records }) => sum + records.length, 0),
      );
    };
    await ingesting.ingest(key);
    expect(await ingesting.sent(devices)).toHaveLength(30_000);
    // One batch, and what one piece of the file brought beyond it.
    expect(largest).toBeLessThan(6000);
  });
});
