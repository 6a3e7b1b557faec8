import { randomUUID } from 'node:crypto';
import { type Clock, DeadLetters, type LeaseClaim, type Leases, type LogWriter } from '@neartime/streams';
import { MemoryRegistry } from '@neartime/streams/memory';
import { KinesisForwarder, type KinesisForwarderOptions } from '../../src/forwarders/kinesis/kinesis-forwarder.ts';
import type { KinesisClientOptions } from '../../src/forwarders/kinesis/kinesis-client.ts';
import { KinesisStream } from '../../src/forwarders/kinesis/kinesis-stream.ts';
import { NoticeWriter } from '../../src/forwarders/notice-writer.ts';
import { Heard } from './heard.ts';
import type { KinesisServer } from './kinesis-server.ts';
import { partitions } from './notices-log.ts';

export interface Surroundings {
  readonly server: KinesisServer;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: LogWriter;
}

const never = () => new Promise<never>(() => undefined);

/** An instance that forwards a stream, as a process of its own would: it can be killed. */
export class KinesisInstance implements AsyncDisposable {
  readonly heard: Heard;
  readonly #forwarder: KinesisForwarder;
  readonly #client: { destroy(): void };
  readonly #life: { isOver: boolean };

  private constructor(
    forwarder: KinesisForwarder,
    heard: Heard,
    client: { destroy(): void },
    life: { isOver: boolean },
  ) {
    this.#forwarder = forwarder;
    this.heard = heard;
    this.#client = client;
    this.#life = life;
  }

  static async start(
    { server, leases, clock, log }: Surroundings,
    over: Partial<KinesisForwarderOptions> & { readonly client?: KinesisClientOptions } = {},
  ): Promise<KinesisInstance> {
    const life = { isOver: false };
    const mortal: LogWriter = { append: (appends) => (life.isOver ? never() : log.append(appends)) };
    const client = server.client(over.client);
    const heard = new Heard();
    const forwarder = new KinesisForwarder({
      ...{ stream: new KinesisStream(client, server.stream), listener: heard, clock, start: 'trim-horizon' },
      writer: new NoticeWriter({ log: mortal, clock, partitions }),
      deadLetters: await DeadLetters.over(mortal, new MemoryRegistry(), clock, () => undefined),
      ...{ leases: ofTheLiving(leases, life), owner: randomUUID(), seconds: 30 },
      ...{ renewEveryMs: 5, lookEveryMs: 5, everyMs: 1, idleMs: 2 },
      ...over,
    });
    return new KinesisInstance(forwarder, heard, client, life);
  }

  /** The shards that it reads. */
  get shards(): number {
    return Number(/reads (\d+) shards/.exec(this.state)?.[1] ?? NaN);
  }

  get state(): string {
    return String(Object.values(this.#forwarder.state())[0]);
  }

  /** Ends it in the middle of whatever it does: it neither writes nor renews, nor gives anything back. */
  kill(): void {
    this.#life.isOver = true;
    this.#client.destroy();
  }

  /** Ends it as a service is ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#life.isOver) return;
    await this.#forwarder[Symbol.asyncDispose]();
    this.#client.destroy();
  }
}

const ofTheLiving = (leases: Leases, life: { isOver: boolean }): Leases => ({
  take: (claim: LeaseClaim) => (life.isOver ? never() : leases.take(claim)),
  renew: (claim: LeaseClaim, note?: string) => (life.isOver ? never() : leases.renew(claim, note)),
  end: (claim) => (life.isOver ? never() : leases.end(claim)),
});
