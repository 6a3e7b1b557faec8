import { features } from '@neartime/features';
import { ServiceProcess } from '../../test/servers/service-process.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { TcpProxy } from '../../src/lines/tcp-proxy.ts';

export const kinds = ['ingestor', 'feature-processor', 'store-writer'] as const;
export type Kind = (typeof kinds)[number];

/** One process of a service, which reaches S3 by a door of its own. */
export interface Instance {
  /** `ingestor-3`: the third process that was started. */
  readonly id: string;
  readonly kind: Kind;
  readonly process: ServiceProcess;
  readonly s3: TcpProxy;
}

/** An instance that ended although nobody ended it. */
export interface Fallen {
  readonly id: string;
  readonly said: string;
}

const processorSettings = { FEATURES: features.map(({ name }) => name).join(), GROUP_ID: 'neartime.all' };

/** The services as processes, several of each. One that ends by itself is started again, as whoever runs services does, and is told. */
export class Fleet implements AsyncDisposable {
  /** Processes that ended by themselves: no fault was meant to have this effect. */
  readonly fallen: Fallen[] = [];
  readonly #cluster: Cluster;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #running = new Set<Instance>();
  readonly #everyone: Instance[] = [];
  #isEnding = false;

  /** `settings`: of all services, beside where the servers are. */
  constructor(cluster: Cluster, settings: Readonly<Record<string, string>>) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  of(kind: Kind): Instance[] {
    return [...this.#running].filter((instance) => instance.kind === kind);
  }

  get all(): Instance[] {
    return [...this.#running];
  }

  /** Those that have ended too. */
  get everyone(): readonly Instance[] {
    return this.#everyone;
  }

  async start(kind: Kind, env: Readonly<Record<string, string>> = {}): Promise<Instance> {
    const s3 = await this.#cluster.s3.door();
    const process = new ServiceProcess(kind, {
      ...this.#cluster.settings(s3),
      ...(kind === 'feature-processor' && processorSettings),
      ...this.#settings,
      ...env,
    });
    const instance = { id: `${kind}-${this.#everyone.length + 1}`, kind, process, s3 };
    this.#everyone.push(instance);
    this.#running.add(instance);
    void process.ended.then(() => this.#hasEnded(instance));
    return instance;
  }

  /** Ends an instance by a signal. It is of the fleet no more. */
  async end(instance: Instance, signal: NodeJS.Signals): Promise<number | null> {
    this.#running.delete(instance);
    const code = await instance.process.stop(signal);
    await instance.s3[Symbol.asyncDispose]();
    return code;
  }

  /** Ends an instance at once, and starts another in its place. */
  async replace(instance: Instance, env: Readonly<Record<string, string>> = {}): Promise<Instance> {
    const ended = this.end(instance, 'SIGKILL');
    const started = await this.start(instance.kind, env);
    await ended;
    return started;
  }

  /** Starts instances, or asks some to leave, until there are so many of a kind. */
  async scale(kind: Kind, count: number): Promise<void> {
    while (this.of(kind).length < count) await this.start(kind);
    const leaving = this.of(kind).slice(count);
    await Promise.all(leaving.map((instance) => this.end(instance, 'SIGTERM')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.all.map((instance) => this.end(instance, 'SIGKILL')));
  }

  async #hasEnded(instance: Instance): Promise<void> {
    if (this.#isEnding || !this.#running.delete(instance)) return;
    this.fallen.push({ id: instance.id, said: instance.process.said() });
    await instance.s3[Symbol.asyncDispose]();
    await this.start(instance.kind);
  }
}
