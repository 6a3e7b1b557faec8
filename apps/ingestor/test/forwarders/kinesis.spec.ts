import { topics } from '@neartime/schemas';
import { systemClock } from '@neartime/streams';
import { MemoryLeases } from '@neartime/streams/memory';
import { describe, expect, it } from 'vitest';
import { SetClock } from '../set-clock.ts';
import { until } from '../until.ts';
import { KinesisInstance, type Surroundings } from './kinesis-instance.ts';
import { type Fault, KinesisServer } from './kinesis-server.ts';
import { NoticesLog } from './notices-log.ts';

const path = (i: number) => `s3://raw/in/source ${i % 5}/2018/08/01/f-${String(i).padStart(6, '0')}.gz`;
const paths = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => path(from + i));

class Scene implements AsyncDisposable, Surroundings {
  readonly server: KinesisServer;
  readonly log: NoticesLog;
  readonly leases = new MemoryLeases();
  readonly clock = new SetClock('2018-08-01T10:00:00Z');
  #put = 0;

  private constructor(server: KinesisServer, log: NoticesLog) {
    this.server = server;
    this.log = log;
  }

  static async start(shards: number): Promise<Scene> {
    return new Scene(await KinesisServer.start(shards), await NoticesLog.make());
  }

  /** Puts so many notices, in turns into these shards; gives their paths. */
  async put(count: number, ...shards: number[]): Promise<string[]> {
    const all = paths(this.#put, this.#put + count);
    for (const [i, one] of all.entries()) await this.server.put(shards[i % shards.length]!, one);
    this.#put += count;
    return all;
  }

  /** Waits until the log has all that was put. */
  async forwarded(): Promise<void> {
    await until(() => new Set(this.log.notices).size === this.#put, `the log has ${this.#put} notices`);
  }

  /** What is noted of a shard; it must be free. */
  async note(shard: number): Promise<string | undefined> {
    const claim = { name: leaseOf(shard), owner: 'test', now: this.clock.now(), until: this.clock.now() };
    const lease = await this.leases.take(claim);
    await this.leases.end(claim);
    return lease?.note;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

const leaseOf = (shard: number) => `kinesis/notices/shardId-${String(shard).padStart(12, '0')}`;

describe('a Kinesis stream', () => {
  it('is forwarded from its first record on, each notice once', async () => {
    await using scene = await Scene.start(3);
    const before = await scene.put(9, 0, 1, 2);
    await using instance = await KinesisInstance.start(scene);
    await scene.forwarded();
    const after = await scene.put(6, 2, 1, 0);
    await scene.forwarded();
    expect(scene.log.notices.sort()).toEqual([...before, ...after].sort());
    expect(instance.shards).toBe(3);
    expect(instance.heard.troubles).toEqual([]);
  });

  it('is forwarded from now on when that is asked for, by whoever comes later too', async () => {
    await using scene = await Scene.start(2);
    const start = 'latest' as const;
    // This server does not answer where nothing has come since a time.
    const over = { start, clock: systemClock, client: { answerMs: 100 } };
    await scene.put(2, 0, 1);
    {
      await using instance = await KinesisInstance.start(scene, over);
      await until(() => instance.heard.lines.length === 2, 'both shards are read');
    }
    const since = await scene.put(4, 0, 1);
    await using _ = await KinesisInstance.start(scene, over);
    await until(() => scene.log.notices.length >= 4, 'what came since is forwarded');
    expect(scene.log.notices.sort()).toEqual(since.sort());
  });

  it('may hold what is no notice: that goes to the dead letters, and stops nothing', async () => {
    await using scene = await Scene.start(1);
    await scene.server.put(0, 'hello');
    const [good] = await scene.put(1, 0);
    await using _ = await KinesisInstance.start(scene);
    await scene.forwarded();
    expect(scene.log.notices).toEqual([good]);
    const [letter] = scene.log.records({ topic: topics.deadLetters, partition: 0 });
    expect(Buffer.from(letter!.key!).toString()).toBe('kinesis:notices/shardId-000000000000[0]');
    const text = Buffer.from(letter!.value).toString();
    expect(text).toMatch(/sequence number \d{56}: it is neither an s3:\/\/ path nor JSON/);
    expect(text).toContain('hello');
  });
});

describe('instances that read a stream together', () => {
  it('share its shards, give back what others are to have, and take it again when those end', async () => {
    await using scene = await Scene.start(5);
    await using first = await KinesisInstance.start(scene);
    await until(() => first.shards === 5, 'one reads all');
    {
      await using second = await KinesisInstance.start(scene);
      await until(() => first.shards === 3 && second.shards === 2, 'they share');
      await scene.put(20, 0, 1, 2, 3, 4);
      await scene.forwarded();
      await using third = await KinesisInstance.start(scene);
      await until(() => [first, second, third].every(({ shards }) => shards === 2 || shards === 1), 'three share');
    }
    await until(() => first.shards === 5, 'one reads all again');
    await scene.put(10, 0, 1, 2, 3, 4);
    await scene.forwarded();
    // Whoever is stopped leaves a note of all that it did: nothing came twice.
    expect(scene.log.notices.sort()).toEqual(paths(0, 30).sort());
    expect(first.heard.lines.filter((line) => line.includes('others have less')).length).toBeGreaterThanOrEqual(2);
  });

  it('lose nothing when one is killed: another goes on from its notes when its leases are over', async () => {
    await using scene = await Scene.start(4);
    const [dying, other] = [await KinesisInstance.start(scene), await KinesisInstance.start(scene)];
    await using _ = other;
    await until(() => dying.shards === 2 && other.shards === 2, 'they share');
    await scene.put(20, 0, 1, 2, 3);
    await scene.forwarded();
    dying.kill();
    await scene.put(20, 0, 1, 2, 3);
    scene.clock.move(29);
    await scene.put(4, 0, 1, 2, 3);
    expect(other.shards).toBe(2);
    scene.clock.move(2);
    await scene.forwarded();
    expect(other.shards).toBe(4);
    // What stood in the log and was noted is not done again.
    const twice = scene.log.notices.length - 44;
    expect(twice).toBeLessThanOrEqual(20);
  });

  it('forward again what stood in the log when its reader was killed before its note', async () => {
    await using scene = await Scene.start(1);
    const leases = Object.assign(new MemoryLeases(), {
      renew(this: MemoryLeases, ...[claim, note]: Parameters<MemoryLeases['renew']>) {
        const isCheckpoint = note !== undefined && claim.name === leaseOf(0);
        return isCheckpoint
          ? new Promise<never>(() => undefined)
          : MemoryLeases.prototype.renew.call(this, claim, note);
      },
    });
    const dying = await KinesisInstance.start({
      ...scene,
      server: scene.server,
      log: scene.log,
      clock: scene.clock,
      leases,
    });
    const [one] = await scene.put(1, 0);
    await scene.forwarded();
    dying.kill();
    scene.clock.move(31);
    leases.renew = MemoryLeases.prototype.renew;
    await using _ = await KinesisInstance.start({ server: scene.server, log: scene.log, clock: scene.clock, leases });
    await until(() => scene.log.notices.length === 2, 'it is forwarded again');
    expect(scene.log.notices).toEqual([one, one]);
  });
});

describe('shards that are split and merged', () => {
  it('are read to their end before those that follow them, and marked so for all', async () => {
    await using scene = await Scene.start(2);
    // All in one source, and so in one partition of the log: their order there is that of forwarding.
    const put = (shard: number, i: number) =>
      scene.server.put(shard, `s3://raw/in/one/2018/08/01/f-${String(i).padStart(6, '0')}.gz`);
    for (let i = 0; i < 20; i++) await put(0, i);
    await scene.server.split(0);
    for (let i = 20; i < 40; i++) await put(2, i);
    await scene.server.merge(2, 3);
    for (let i = 40; i < 60; i++) await put(4, i);
    {
      await using first = await KinesisInstance.start(scene);
      await using second = await KinesisInstance.start(scene);
      await until(() => scene.log.notices.length >= 60, 'all are forwarded');
      await until(() => first.shards + second.shards === 2, 'two shards are left');
    }
    const times = scene.log.notices.map((text) => Number(text.slice(-9, -3)));
    expect(times).toEqual(Array.from({ length: 60 }, (_, i) => i));
    for (const ended of [0, 2, 3]) expect(await scene.note(ended)).toBe('SHARD_END');
    expect(await scene.note(4)).toMatch(/^\d+$/);
    await using _ = await KinesisInstance.start(scene);
    await put(4, 60);
    await until(() => scene.log.notices.length >= 61, 'reading goes on behind the ends');
    expect(scene.log.notices.length).toBe(61);
  });

  it('are read by some instance though who read those before is the only one that saw them end', async () => {
    await using scene = await Scene.start(4);
    await using first = await KinesisInstance.start(scene);
    await using second = await KinesisInstance.start(scene);
    await until(() => first.shards === 2 && second.shards === 2, 'they share');
    const itsShards = [0, 1, 2, 3].filter((shard) => second.heard.lines.includes(`taken ${leaseOf(shard)}`));
    for (const shard of itsShards) await scene.server.split(shard);
    await until(() => first.shards === 3 && second.shards === 3, 'they share the six that are open');
    await scene.put(8, 4, 5, 6, 7);
    await scene.forwarded();
  });

  it('are found while the stream is read', async () => {
    await using scene = await Scene.start(1);
    await using instance = await KinesisInstance.start(scene);
    await scene.put(5, 0);
    await scene.server.split(0);
    await scene.put(10, 1, 2);
    await scene.forwarded();
    await until(() => instance.shards === 2, 'the two new ones are read');
    expect(scene.log.notices.sort()).toEqual(paths(0, 15).sort());
    expect(instance.heard.lines).toContain(`left ${leaseOf(0)}: it is at its end`);
  });
});

describe('a Kinesis that does not do as it should', () => {
  const slowDown: Fault = { status: 400, type: 'ProvisionedThroughputExceededException' };
  const failed: Fault = { status: 500, type: 'InternalFailure' };

  it.each([
    ['throttles', slowDown, 'GetRecords'],
    ['fails', failed, 'GetRecords'],
    ['gives no iterator', failed, 'GetShardIterator'],
    ['tells no shards', { status: 400, type: 'LimitExceededException' }, 'ListShards'],
    ['does not know the stream yet', { status: 400, type: 'ResourceNotFoundException' }, 'ListShards'],
  ])('is waited for when it %s', async (_, fault, operation) => {
    await using scene = await Scene.start(1);
    let met = 0;
    let isOver = false;
    scene.server.fault = (asked) => (asked === operation && !isOver && ++met > 0 ? fault : undefined);
    await using instance = await KinesisInstance.start(scene);
    await until(() => met >= 2, 'it was asked again');
    expect(instance.state).toContain(fault.type);
    isOver = true;
    await scene.put(3, 0);
    await scene.forwarded();
    await until(() => instance.shards === 1, 'its trouble is over');
    expect(scene.log.notices.sort()).toEqual(paths(0, 3));
  });

  it('is asked for a new place when an iterator has expired: reading goes on behind the last note', async () => {
    await using scene = await Scene.start(1);
    await using instance = await KinesisInstance.start(scene);
    await scene.put(3, 0);
    await scene.forwarded();
    let expired = 0;
    scene.server.fault = (asked) =>
      asked === 'GetRecords' && expired++ < 3 ? { status: 400, type: 'ExpiredIteratorException' } : undefined;
    await scene.put(3, 0);
    await scene.forwarded();
    await until(() => expired > 3, 'it was read again');
    expect(scene.log.notices.sort()).toEqual(paths(0, 6).sort());
    expect(instance.heard.troubles).toEqual([]);
  });
});

describe('an instance that is stopped', () => {
  it('finishes its batch, leaves its note, and gives all back', async () => {
    await using scene = await Scene.start(2);
    let goOn: () => void = () => undefined;
    let waiting = 0;
    const log: Surroundings['log'] = {
      async append(appends) {
        waiting += 1;
        await new Promise<void>((resolve) => (goOn = resolve));
        await scene.log.append(appends);
      },
    };
    await scene.put(1, 0);
    const { server, leases, clock } = scene;
    const instance = await KinesisInstance.start({ server, leases, clock, log });
    await until(() => waiting === 1, 'a batch is in hand');
    const stopped = instance[Symbol.asyncDispose]();
    goOn();
    await stopped;
    expect(scene.log.notices).toEqual(paths(0, 1));
    expect(await scene.note(0)).toMatch(/^\d+$/);
    expect(await leases.take({ name: leaseOf(1), owner: 'b', now: clock.now(), until: clock.now() })).toBeDefined();
  });

  it("does not wait for a log that is away: what is in hand is another's", async () => {
    await using scene = await Scene.start(1);
    await scene.put(1, 0);
    const { server, leases, clock } = scene;
    let waiting = 0;
    const log = { append: () => new Promise<never>(() => (waiting += 1)) };
    const instance = await KinesisInstance.start({ server, leases, clock, log });
    await until(() => waiting === 1, 'a batch is in hand');
    await instance[Symbol.asyncDispose]();
    await using _ = await KinesisInstance.start(scene);
    await scene.forwarded();
    expect(scene.log.notices).toEqual(paths(0, 1));
  });
});
