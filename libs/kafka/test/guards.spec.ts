import type { Assignment, GroupMember, LoggedRecord, StoreError } from '@neartime/streams';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { KafkaReader, KafkaWriter } from '../src/index.ts';
import { registerCodecs } from '../src/compression.ts';
import { FakeConsumer, fakeProducer } from './fake-cluster.ts';
import { at, messagesOf, withChangedByte, withHead, withRecords } from './fetched.ts';
import { javaBatch } from './java-batches.ts';

const record = { key: null, value: Buffer.from('a'), timestamp: 0 };
const append = (partition: number) => ({ topic: 'events.device', partition, records: [record] });
const answer = (partition: number, errorCode = 0) => ({ topicName: 'events.device', partition, errorCode });

describe('what was appended', () => {
  const failure = async (answers: ReturnType<typeof answer>[] | Error) => {
    const writer = await KafkaWriter.connect(fakeProducer(() => answers));
    return writer.append([append(0), append(1)]).then(
      () => undefined,
      (error: unknown) => error as StoreError,
    );
  };

  it('stands when the answer names every partition', async () => {
    expect(await failure([answer(1), answer(0)])).toBeUndefined();
  });

  it('does not stand where the answer forgets a partition, as kafkajs does when a leader moves during a retry', async () => {
    const error = await failure([answer(0)]);
    expect(error).toMatchObject({ retriable: true });
    expect(error!.message).toBe('kafka: cannot append to events.device[1]: the brokers did not say that it stands');
  });

  it('does not stand where the answer names an error', async () => {
    expect((await failure([answer(0), answer(1, 6)]))!.message).toContain('events.device[1]');
  });

  it('may stand later when the broker was not there, and never when this user may not write', async () => {
    expect(await failure(new Error('Connection error: ECONNREFUSED'))).toMatchObject({ retriable: true });
    const forbidden = Object.assign(new Error('Not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(await failure(forbidden)).toMatchObject({ retriable: false });
  });
});

/** A member over a fake consumer, with what its workers were told. */
async function join(consumer: FakeConsumer) {
  const taken: [number, number][] = [];
  const assignments: Assignment[] = [];
  const troubles: Error[] = [];
  const open = async (assignment: Assignment) => {
    assignments.push(assignment);
    let next = assignment.committed?.offset ?? assignment.beginning;
    return {
      from: next,
      take: async (records: readonly LoggedRecord[]) => {
        for (const { offset } of records) taken.push([assignment.partition, offset]);
        next = records.at(-1) ? records.at(-1)!.offset + 1 : next;
      },
      commit: () => ({ offset: next, metadata: `at ${next}` }),
    };
  };
  const member: GroupMember = await new KafkaReader(consumer.kafka).join({
    ...{ groupId: 'group', topics: [consumer.topic], open },
    onTrouble: (error) => void troubles.push(error),
  });
  return { member, taken, assignments, troubles };
}

function fakeTimeouts(): Disposable {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  return { [Symbol.dispose]: () => void vi.useRealTimers() };
}

describe('what is too large for a batch', () => {
  it('is sent in several, those of each partition in their order', async () => {
    const sent: [number, string][][] = [];
    const writer = await KafkaWriter.connect(
      fakeProducer(({ topicMessages = [] }) => {
        const messages = topicMessages.flatMap((one) => one.messages);
        sent.push(messages.map(({ partition, key }) => [partition!, String(key)]));
        return [...new Set(messages.map(({ partition }) => partition!))].map((partition) => answer(partition));
      }),
    );
    const large = (key: string) => ({ key: Buffer.from(key), value: Buffer.alloc(300 * 1024), timestamp: 0 });
    const small = (key: string) => ({ key: Buffer.from(key), value: Buffer.from('a'), timestamp: 0 });
    await writer.append([
      { topic: 'events.device', partition: 0, records: ['a', 'b', 'c'].map(large) },
      { topic: 'events.device', partition: 1, records: ['x', 'y'].map(small) },
    ]);
    expect(sent).toEqual([
      [
        [0, 'a'],
        [1, 'x'],
        [1, 'y'],
      ],
      [[0, 'b']],
      [[0, 'c']],
    ]);
  });
});

describe('a member of a group', () => {
  it('begins where the commit says, not where kafkajs would', async () => {
    const consumer = new FakeConsumer();
    consumer.committed = [{ partition: 0, offset: '40', metadata: 'as it was left' }];
    const { member, taken, assignments } = await join(consumer);
    consumer.deal(0);
    expect(consumer.paused.has(0)).toBe(true);
    await vi.waitFor(() => expect(consumer.seeks).toEqual([{ partition: 0, offset: 40 }]));
    expect(assignments[0]).toMatchObject({
      committed: { offset: 40, metadata: 'as it was left' },
      beginning: 0,
      end: 1000,
    });
    expect(consumer.paused.has(0)).toBe(false);
    await consumer.fetch(0, 40, 41);
    await vi.waitFor(() =>
      expect(taken).toEqual([
        [0, 40],
        [0, 41],
      ]),
    );
    await member[Symbol.asyncDispose]();
    expect(consumer.commits.at(-1)).toMatchObject({ offset: '42', metadata: 'at 42' });
  });

  it('takes a commit that kafkajs has put back by itself for none', async () => {
    const consumer = new FakeConsumer();
    consumer.committed = [{ partition: 0, offset: '-2', metadata: '' }];
    const { member, assignments } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(assignments).toHaveLength(1));
    expect(assignments[0]!.committed).toBeUndefined();
    await member[Symbol.asyncDispose]();
  });

  it('drops what it knows at a hole in the offsets, and reads again from the commit', async () => {
    const consumer = new FakeConsumer();
    const { member, taken, assignments, troubles } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    await consumer.fetch(0, 0, 1);
    await vi.waitFor(() => expect(taken).toHaveLength(2));
    await consumer.fetch(0, 5, 6);
    await vi.waitFor(() => expect(assignments).toHaveLength(2));
    expect(troubles.map(({ message }) => message)).toEqual([
      'events.device[0]: records are missing at 2; reading again',
    ]);
    expect(taken).toHaveLength(2);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(2));
    expect(consumer.seeks[1]).toEqual({ partition: 0, offset: 0 });
    await member[Symbol.asyncDispose]();
  });

  it('begins anew where the log has become shorter than its commit', async () => {
    const consumer = new FakeConsumer();
    consumer.committed = [{ partition: 0, offset: '40', metadata: '' }];
    const { member, taken, assignments } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    consumer.bounds = { low: '0', high: '3' };
    await consumer.fetch(0, 0, 1);
    await vi.waitFor(() => expect(assignments).toHaveLength(2));
    expect(assignments[1]!.committed).toBeUndefined();
    await vi.waitFor(() => expect(consumer.seeks.at(-1)).toEqual({ partition: 0, offset: 0 }));
    await consumer.fetch(0, 0, 1, 2);
    await vi.waitFor(() => expect(taken.map(([, offset]) => offset)).toEqual([0, 1, 2]));
    await member[Symbol.asyncDispose]();
  });

  describe('where a batch is damaged', () => {
    beforeAll(registerCodecs);
    const whole = javaBatch('zstd');
    const nobodyCanRead = withRecords(whole, Buffer.from('what nobody can unpack'));

    it('passes what nobody can read to the worker, as what it is, and goes on', async () => {
      const consumer = new FakeConsumer();
      const values: string[] = [];
      const troubles: string[] = [];
      const member = await new KafkaReader(consumer.kafka).join({
        ...{ groupId: 'group', topics: [consumer.topic] },
        open: async () => ({
          from: 0,
          take: async (records) => void values.push(...records.map(({ value }) => Buffer.from(value).toString())),
          commit: () => undefined,
        }),
        onTrouble: ({ message }) => void troubles.push(message),
      });
      consumer.deal(0);
      await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
      const messages = await messagesOf(at(0, whole), at(3, nobodyCanRead), at(6, whole));
      expect(await consumer.fetchMessages(0, messages)).toEqual([2, 5, 8]);
      await vi.waitFor(() => expect(values).toHaveLength(7));
      const isNotice = values.map((value) => value.startsWith('s3://'));
      expect(isNotice).toEqual([true, true, true, false, true, true, true]);
      expect(values[3]).toMatch(/^3 records that cannot be read: /);
      expect(troubles).toHaveLength(1);
      expect(troubles[0]).toMatch(
        /^events\.device\[0\]: the 3 records from 3 on cannot be read: .+; they go to the dead letters: look at who sent them$/,
      );
      await member[Symbol.asyncDispose]();
    });

    it('steps over the ends of transactions, which have offsets and are no records', async () => {
      const consumer = new FakeConsumer();
      const { member, taken, troubles } = await join(consumer);
      consumer.deal(0);
      await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
      const marker = withHead(withRecords(javaBatch('zstd'), Buffer.from('a marker')), {
        ...{ attributes: 0x20, lastOffset: 0, count: 1 },
      });
      expect(await consumer.fetchMessages(0, await messagesOf(at(0, whole), at(3, marker), at(4, whole)))).toEqual([
        2, 3, 6,
      ]);
      await vi.waitFor(() => expect(taken.map(([, offset]) => offset)).toEqual([0, 1, 2, 4, 5, 6]));
      expect(troubles).toEqual([]);
      await member[Symbol.asyncDispose]();
    });

    it('stops the partition before what the broker has damaged, says what to do, and goes on when it is whole', async () => {
      const consumer = new FakeConsumer();
      const { member, taken, troubles } = await join(consumer);
      consumer.deal(0, 1);
      await vi.waitFor(() => expect(consumer.seeks).toHaveLength(2));
      const damaged = await messagesOf(at(0, whole), at(3, withChangedByte(whole)), at(6, whole));
      expect(await consumer.fetchMessages(0, damaged)).toEqual([2]);
      await vi.waitFor(() => expect(troubles).toHaveLength(1));
      expect(troubles[0]!.message).toBe(
        'events.device[0]: the broker gives a damaged batch at 3: its checksum is wrong; the partition waits for a whole ' +
          'one: make another replica its leader, or delete its records up to 6 to go on without them',
      );
      expect(member.isReady).toBe(false);
      expect(taken.filter(([partition]) => partition === 0)).toHaveLength(3);
      await consumer.fetch(1, 0, 1);
      await vi.waitFor(() => expect(taken.filter(([partition]) => partition === 1)).toHaveLength(2));
      await vi.waitFor(() => expect(consumer.seeks).toHaveLength(3));
      await consumer.fetchMessages(0, await messagesOf(at(0, whole), at(3, whole)));
      await vi.waitFor(() => expect(taken.filter(([partition]) => partition === 0).at(-1)).toEqual([0, 5]));
      expect(member.isReady).toBe(true);
      await member[Symbol.asyncDispose]();
      expect(consumer.commits.at(-1)).toMatchObject({ offset: '6' });
    });
  });

  it('is not ready while its group has not answered for half of the time after which it would be taken for dead', async () => {
    const consumer = new FakeConsumer();
    const { member } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(member.isReady).toBe(true));
    const now = vi.spyOn(performance, 'now');
    const later = performance.now() + 15_001;
    now.mockReturnValue(later);
    expect(member.isReady).toBe(false);
    consumer.beat();
    expect(member.isReady).toBe(true);
    now.mockRestore();
    await member[Symbol.asyncDispose]();
  });

  it('begins anew where kafkajs gives up since servers were away, and goes on where it was', async () => {
    using _ = fakeTimeouts();
    const consumer = new FakeConsumer();
    const { member, taken, troubles } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    await consumer.fetch(0, 0, 1);
    const away = Object.assign(new Error('Failed to find group coordinator'), {
      name: 'KafkaJSGroupCoordinatorNotFound',
    });
    consumer.crash(Object.assign(new Error('retried for long', { cause: away })));
    expect(member.isReady).toBe(false);
    expect(troubles.at(-1)!.message).toBe('kafka: the member of group fell out: Failed to find group coordinator');
    await vi.advanceTimersByTimeAsync(2999);
    expect(consumer.isRun).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(consumer.isRun).toBe(true);
    consumer.deal(0);
    expect(consumer.seeks.at(-1)).toEqual({ partition: 0, offset: 2 });
    await consumer.fetch(0, 2);
    await vi.advanceTimersByTimeAsync(0);
    expect(taken.at(-1)).toEqual([0, 2]);
    await member[Symbol.asyncDispose]();
  });

  it('leaves also when kafkajs has given up just then, and does not begin anew', async () => {
    using _ = fakeTimeouts();
    const consumer = new FakeConsumer();
    const { member } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    consumer.crash(Object.assign(new Error('no lock'), { name: 'KafkaJSLockTimeout' }));
    await member[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(consumer.isRun).toBe(false);
  });

  it('ends its process when it hears nothing of its group, nor of kafkajs, for two minutes of its life', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const consumer = new FakeConsumer();
    const { member } = await join(consumer);
    consumer.deal(0);
    vi.advanceTimersByTime(115_000);
    consumer.beat();
    vi.advanceTimersByTime(115_000);
    expect(() => vi.advanceTimersByTime(5000)).toThrow(
      'kafka: the member of group has heard nothing of its group for 120 s',
    );
    await member[Symbol.asyncDispose]();
    vi.advanceTimersByTime(600_000);
    vi.useRealTimers();
  });

  it('takes nothing on that is dealt to it while it leaves', async () => {
    const consumer = new FakeConsumer();
    const { member, assignments } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(assignments).toHaveLength(1));
    const left = member[Symbol.asyncDispose]();
    consumer.deal(0, 1);
    await left;
    expect(assignments).toHaveLength(1);
  });

  it('takes what is fetched twice once', async () => {
    const consumer = new FakeConsumer();
    const { member, taken } = await join(consumer);
    consumer.deal(0);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    await consumer.fetch(0, 0, 1, 2);
    await consumer.fetch(0, 1, 2, 3);
    await vi.waitFor(() => expect(taken.map(([, offset]) => offset)).toEqual([0, 1, 2, 3]));
    await member[Symbol.asyncDispose]();
  });

  it('keeps the state and the position of a partition that stays when the group is dealt out anew', async () => {
    const consumer = new FakeConsumer();
    const { member, taken, assignments } = await join(consumer);
    consumer.deal(0, 1);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(2));
    await consumer.fetch(0, 0, 1, 2);
    await vi.waitFor(() => expect(taken).toHaveLength(3));
    consumer.deal(0, 2);
    expect(consumer.seeks.filter(({ partition }) => partition === 0).at(-1)).toEqual({ partition: 0, offset: 3 });
    await vi.waitFor(() => expect(assignments.map(({ partition }) => partition)).toEqual([0, 1, 2]));
    expect(assignments.map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
    await consumer.fetch(0, 3);
    await vi.waitFor(() => expect(taken.at(-1)).toEqual([0, 3]));
    await member[Symbol.asyncDispose]();
  });

  it('does not commit, nor take records of, a partition that it has lost', async () => {
    const consumer = new FakeConsumer();
    const { member, taken } = await join(consumer);
    consumer.deal(1);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    consumer.deal();
    const commits = consumer.commits.length;
    expect(await consumer.fetch(1, 0, 1)).toEqual([]);
    await member[Symbol.asyncDispose]();
    expect(taken).toEqual([]);
    expect(consumer.commits.slice(commits)).toEqual([]);
  });

  it('lets nothing be fetched while a worker is busy with more than it should have ahead', async () => {
    const consumer = new FakeConsumer();
    const held = Promise.withResolvers<void>();
    const member = await new KafkaReader(consumer.kafka).join({
      ...{ groupId: 'group', topics: [consumer.topic], onTrouble: () => undefined },
      open: async () => ({ from: 0, take: () => held.promise, commit: () => undefined }),
    });
    consumer.deal(0);
    await vi.waitFor(() => expect(consumer.seeks).toHaveLength(1));
    const many = (from: number) => Array.from({ length: 40_000 }, (_, i) => from + i);
    await consumer.fetch(0, ...many(0));
    await consumer.fetch(0, ...many(40_000));
    await consumer.fetch(0, ...many(80_000));
    expect(consumer.paused.has(0)).toBe(true);
    held.resolve();
    await vi.waitFor(() => expect(consumer.paused.has(0)).toBe(false));
    await member[Symbol.asyncDispose]();
  });
});
