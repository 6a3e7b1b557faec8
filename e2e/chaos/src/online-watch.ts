import { setTimeout as sleep } from 'node:timers/promises';
import type { Feature } from '@neartime/engines';
import type cassandra from 'cassandra-driver';

/** Where a row stands: its window, then provisional before final before revised. */
export interface Standing {
  readonly window: number;
  readonly final: boolean;
  readonly revision: number;
}

/** Whether a row that stood here may stand there later. */
export const mayFollow = (before: Standing, after: Standing): boolean => {
  const [a, b] = [rankOf(before), rankOf(after)];
  const differing = a.findIndex((part, n) => part !== b[n]);
  return differing < 0 || a[differing]! < b[differing]!;
};

const rankOf = ({ window, final, revision }: Standing): readonly number[] => [window, final ? 1 : 0, revision];

const everyMs = 1500;

/** Reads the online store all the while, and keeps what went back. */
export class OnlineWatch implements AsyncDisposable {
  readonly violations: string[] = [];
  /** Rows that were read, in all. */
  rows = 0;
  /** How often the whole of it was read. */
  looks = 0;
  readonly #client: cassandra.Client;
  readonly #keyspace: string;
  readonly #features: readonly Feature[];
  readonly #standing = new Map<string, Standing>();
  readonly #ending = new AbortController();
  readonly #done: Promise<void>;

  constructor(client: cassandra.Client, keyspace: string, features: readonly Feature[]) {
    this.#client = client;
    this.#keyspace = keyspace;
    this.#features = features;
    this.#done = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#done;
    await this.#client.shutdown();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      // A store that is down, or has no tables yet, shows nothing that could go back.
      await this.look().catch(() => undefined);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads all rows once. */
  async look(): Promise<void> {
    for (const { name } of this.#features) {
      await this.#lookAt(name, false);
      await this.#lookAt(`${name}_windows`, true);
    }
    this.looks++;
  }

  /** `byWindow`: a key has a row for each window, and only its stage and revision move. */
  async #lookAt(table: string, byWindow: boolean): Promise<void> {
    const cql = `SELECT id, country, brand, window, final, revision FROM ${this.#keyspace}.${table}`;
    for await (const row of await this.#client.execute(cql, [], { fetchSize: 5000 })) {
      const { id, country, brand, final, revision } = row as unknown as Standing & Record<string, string>;
      const window = (row['window'] as Date).getTime() / 1000;
      const key = JSON.stringify([table, id, country, brand, ...(byWindow ? [window] : [])]);
      const now = { window, final, revision };
      const before = this.#standing.get(key);
      if (before && !mayFollow(before, now))
        this.violations.push(`online: ${key} went back from ${JSON.stringify(before)} to ${JSON.stringify(now)}`);
      this.#standing.set(key, now);
      this.rows++;
    }
  }
}
