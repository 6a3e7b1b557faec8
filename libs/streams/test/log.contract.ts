import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Assignment, Commit, GroupMember, LogReader, LogTopics, LogWriter, LoggedRecord } from '../src/index.ts';
import type { Open } from './opened.ts';

export interface Log extends LogWriter, LogReader, LogTopics {}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);
const record = (value: string, key: string | null = null) => ({
  key: key === null ? null : bytes(key),
  value: bytes(value),
  timestamp: 1_533_081_600_000,
});
const spec = (topic: string, partitions = 1) => ({ topic, partitions, retentionMs: 7 * 86_400_000 });
const newName = (what: string) => `${what}-${randomUUID()}`;

async function until(holds: () => boolean, seconds = 30): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !holds(); await sleep(10))
    if (performance.now() > end) throw new Error('it did not come to that');
}

/** A member that remembers what its workers took, in the order in which they took it. */
class Reading implements AsyncDisposable {
  readonly taken: string[] = [];
  readonly assignments: Assignment[] = [];
  readonly troubles: Error[] = [];
  member!: GroupMember;
  /** What the next record that holds this text does. */
  readonly onRecord: (record: LoggedRecord) => void | Promise<void>;

  private constructor(onRecord: (record: LoggedRecord) => void | Promise<void>) {
    this.onRecord = onRecord;
  }

  static async join(
    log: LogReader,
    groupId: string,
    topics: readonly string[],
    onRecord: (record: LoggedRecord) => void | Promise<void> = () => undefined,
  ): Promise<Reading> {
    const reading = new Reading(onRecord);
    reading.member = await log.join({
      groupId,
      topics,
      open: async (assignment) => reading.#open(assignment),
      onTrouble: (error) => void reading.troubles.push(error),
    });
    return reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.member[Symbol.asyncDispose]();
  }

  #open(assignment: Assignment) {
    this.assignments.push(assignment);
    const from = assignment.committed?.offset ?? assignment.beginning;
    let next = from;
    let committed = from;
    return {
      from,
      take: async (records: readonly LoggedRecord[]) => {
        for (const one of records) {
          expect(one.offset).toBe(next);
          await this.onRecord(one);
          this.taken.push(text(one.value));
          next++;
        }
      },
      commit: (): Commit | undefined => {
        if (next === committed) return undefined;
        committed = next;
        return { offset: next, metadata: `up to ${next}` };
      },
    };
  }
}

/** The promises of LogWriter, LogReader and LogTopics. */
export function logContract(subject: string, open: Open<Log>): void {
  describe(`${subject} as a log`, () => {
    it('makes topics that are missing, leaves those that are there, and gives their partition counts', async () => {
      await using opened = await open();
      const [one, two] = [newName('one'), newName('two')];
      expect(await opened.port.ensure([spec(one, 3)])).toEqual(new Map([[one, 3]]));
      expect(await opened.port.ensure([spec(one, 5), spec(two, 2)])).toEqual(
        new Map([
          [one, 3],
          [two, 2],
        ]),
      );
      expect(await opened.port.names()).toEqual(expect.arrayContaining([one, two]));
      expect(await opened.port.bounds(one)).toEqual(Array.from({ length: 3 }, () => ({ beginning: 0, end: 0 })));
    });

    it('keeps the records of a partition in order, with key, value and time', async () => {
      await using opened = await open();
      const topic = newName('t');
      await opened.port.ensure([spec(topic, 2)]);
      await opened.port.append([
        { topic, partition: 1, records: [record('a', 'k 😀'), record('b')] },
        { topic, partition: 0, records: [record('x')] },
      ]);
      await opened.port.append([{ topic, partition: 1, records: [record('c')] }]);
      expect(await opened.port.bounds(topic)).toEqual([
        { beginning: 0, end: 1 },
        { beginning: 0, end: 3 },
      ]);
      const seen: LoggedRecord[] = [];
      await using reading = await Reading.join(opened.port, newName('g'), [topic], (one) => void seen.push(one));
      await until(() => seen.length === 4);
      const values = seen.map(({ value }) => text(value));
      expect(values.filter((value) => value !== 'x')).toEqual(['a', 'b', 'c']);
      const a = seen.find(({ value }) => text(value) === 'a')!;
      expect({ key: text(a.key!), time: a.timestamp, offset: a.offset }).toEqual({
        key: 'k 😀',
        time: 1_533_081_600_000,
        offset: 0,
      });
      expect(seen.find(({ value }) => text(value) === 'b')!.key).toBeNull();
      expect(reading.member.partitions).toHaveLength(2);
    });

    it('says to the next owner where the last one stopped, with its metadata', async () => {
      await using opened = await open();
      const [topic, group] = [newName('t'), newName('g')];
      await opened.port.ensure([spec(topic)]);
      await opened.port.append([{ topic, partition: 0, records: ['a', 'b', 'c'].map((value) => record(value)) }]);
      {
        await using first = await Reading.join(opened.port, group, [topic]);
        await until(() => first.taken.length === 3);
        expect(first.assignments).toMatchObject([{ committed: undefined, beginning: 0, end: 3 }]);
      }
      await opened.port.append([{ topic, partition: 0, records: [record('d')] }]);
      await using second = await Reading.join(opened.port, group, [topic]);
      await until(() => second.taken.length === 1);
      expect(second.assignments).toMatchObject([{ committed: { offset: 3, metadata: 'up to 3' }, end: 4 }]);
      expect(second.taken).toEqual(['d']);
    });

    it('opens a worker that fails anew, at the commit, and loses nothing', async () => {
      await using opened = await open();
      const topic = newName('t');
      await opened.port.ensure([spec(topic)]);
      await opened.port.append([{ topic, partition: 0, records: ['a', 'b', 'c'].map((value) => record(value)) }]);
      let failures = 2;
      await using reading = await Reading.join(opened.port, newName('g'), [topic], ({ value }) => {
        if (text(value) === 'b' && failures-- > 0) throw new Error('no room');
      });
      await until(() => reading.taken.includes('c'));
      expect(reading.troubles.map(({ message }) => message)).toEqual(['no room', 'no room']);
      expect(reading.assignments).toHaveLength(3);
      expect(reading.taken.filter((value) => value === 'b')).toHaveLength(1);
    });

    it('gives every partition to one member at a time, and a partition that moves is lost where it was', async () => {
      await using opened = await open();
      const [topic, group] = [newName('t'), newName('g')];
      await opened.port.ensure([spec(topic, 4)]);
      await using first = await Reading.join(opened.port, group, [topic]);
      await until(() => first.member.isReady && first.member.partitions.length === 4);
      const second = await Reading.join(opened.port, group, [topic]);
      await until(() => first.member.isReady && second.member.isReady && first.member.partitions.length === 2);
      const held = [...first.member.partitions, ...second.member.partitions].map(({ partition }) => partition).sort();
      expect(held).toEqual([0, 1, 2, 3]);
      const mine = new Set(first.member.partitions.map(({ partition }) => partition));
      for (const { partition, signal } of first.assignments) expect(signal.aborted).toBe(!mine.has(partition));
      for (let partition = 0; partition < 4; partition++)
        await opened.port.append([{ topic, partition, records: [record(`${partition}`)] }]);
      await until(() => first.taken.length + second.taken.length === 4);
      expect(new Set(first.taken.map(Number))).toEqual(mine);
      await second[Symbol.asyncDispose]();
      await until(() => first.member.isReady && first.member.partitions.length === 4);
      // A partition that stayed kept its worker.
      expect(first.assignments).toHaveLength(6);
    });

    it('goes on reading the partitions that stay when others come', async () => {
      await using opened = await open();
      const [topic, group] = [newName('t'), newName('g')];
      await opened.port.ensure([spec(topic, 2)]);
      await using first = await Reading.join(opened.port, group, [topic]);
      await until(() => first.member.isReady && first.member.partitions.length === 2);
      const append = (value: string) =>
        opened.port.append(
          [0, 1].map((partition) => ({ topic, partition, records: [record(`${value} ${partition}`)] })),
        );
      await append('before');
      await until(() => first.taken.length === 2);
      await using second = await Reading.join(opened.port, group, [topic]);
      await until(
        () => second.member.isReady && second.member.partitions.length === 1 && first.member.partitions.length === 1,
      );
      await append('after');
      const stays = first.member.partitions[0]!.partition;
      await until(() => first.taken.includes(`after ${stays}`) && second.taken.includes(`after ${1 - stays}`));
      expect(first.taken.filter((value) => value === `before ${stays}`)).toHaveLength(1);
    });
  });
}
