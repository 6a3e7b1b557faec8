import { type Progress, progressRecord, topics } from '@neartime/schemas';
import { RecordDecoder, RecordEncoder } from '@neartime/streams';
import { expect, it } from 'vitest';
import { ProgressSender } from '../src/index.ts';
import { Ingesting, partitions } from './ingesting.ts';

const sources = Array.from({ length: 10_000 }, (_, i) => `s3://reservoir/in/horizontals/brand-${i}/android/`);

async function sender(ingesting: Ingesting): Promise<ProgressSender> {
  const { registry, clock, catalogue, writer: log } = ingesting;
  const encoder = await RecordEncoder.of<Progress>(registry, progressRecord);
  return new ProgressSender({ log, catalogue, encoder, clock, partitions, noticesPartition: 0 });
}

async function said(ingesting: Ingesting): Promise<{ bytes: number; sources: Progress['sources'] }[]> {
  const records = ingesting.log.records({ topic: topics.events('device'), partition: 3 });
  const decoder = new RecordDecoder(ingesting.registry, [{ record: progressRecord }]);
  await decoder.prepare(records.map(({ value }) => value));
  return records.map(({ value }) => {
    const { sources: these } = (decoder.decode(value) as { value: Progress }).value;
    return { bytes: value.length, sources: these };
  });
}

it('says of ten thousand sources in records that every broker takes, those that are furthest back first', async () => {
  using ingesting = await Ingesting.begin();
  const progress = await sender(ingesting);
  for (const [i, source] of sources.entries()) progress.say(source, 1_533_081_600 + ((i * 7919) % 10_000));
  await progress.flush();
  expect(progress.isSaid).toBe(true);
  const records = await said(ingesting);
  for (const { bytes } of records) expect(bytes).toBeLessThan(256 * 1024);
  const times = records.flatMap((record) => record.sources.map(({ complete_up_to: upTo }) => upTo));
  expect(times).toEqual(Array.from({ length: 10_000 }, (_, i) => 1_533_081_600 + i));
});

it('lets ten thousand sources that move all the time move every ten seconds, and a few every second', async () => {
  using ingesting = await Ingesting.begin();
  const progress = await sender(ingesting);
  const sayFor = async (seconds: number, moving: readonly string[]) => {
    const before = (await said(ingesting)).length;
    for (let second = 0; second < seconds; second++) {
      ingesting.now++;
      for (const source of moving) progress.say(source, ingesting.now);
      await progress.flush();
    }
    return (await said(ingesting)).length - before;
  };
  await sayFor(1, sources);
  expect(await sayFor(30, sources)).toBe(3 * 10);
  expect(await sayFor(10, sources.slice(0, 3))).toBe(10);
});
