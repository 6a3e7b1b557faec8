import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { StoreError } from '@neartime/streams';
import cassandra from 'cassandra-driver';
import { cassandraFailure, rootOf } from './failure.ts';

/** How long a cluster is waited for. */
export interface CassandraPatience {
  /** For a node to connect. */
  readonly connectMs: number;
  /** For a node to answer. */
  readonly answerMs: number;
  /** Between two looks at a connection that rests; 0: none is looked at, as befits a session of seconds. */
  readonly heartBeatMs: number;
}

const ofService: CassandraPatience = { connectMs: 5000, answerMs: 12_000, heartBeatMs: 30_000 };

export interface CassandraOptions {
  /** Hosts, or `host:port`. */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly keyspace: string;
  /** How the keyspace is replicated where it is made. */
  readonly replication?: Readonly<Record<string, string | number>>;
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly tls?: boolean | { readonly caFile: string };
  readonly patience?: CassandraPatience;
}

export type Row = Readonly<Record<string, unknown>>;

/** How a statement is run: both are idempotent, so that the driver may repeat them. */
export type Consistency = 'quorum' | 'local';

const { consistencies } = cassandra.types;
const statementsAtOnce = 64;

/** One keyspace, in which statements name tables without it. */
export class CassandraSession implements AsyncDisposable {
  readonly keyspace: string;
  readonly #client: cassandra.Client;
  #making: Promise<unknown> = Promise.resolve();

  private constructor(client: cassandra.Client, keyspace: string) {
    this.#client = client;
    this.keyspace = keyspace;
  }

  /** Connects, and makes the keyspace where there is none. */
  static async connect(options: CassandraOptions): Promise<CassandraSession> {
    const client = (await known(options)) ?? (await failing(options, () => connectedToNew(options)));
    return new CassandraSession(client, options.keyspace);
  }

  /** Connects to a keyspace that is there. */
  static async toExisting(options: CassandraOptions): Promise<CassandraSession> {
    const client = await known(options);
    if (client) return new CassandraSession(client, options.keyspace);
    const { keyspace, contactPoints } = options;
    throw new StoreError(
      `cassandra: there is no keyspace ${keyspace} at ${contactPoints.join(', ')}; name another, or start the services that make it`,
    );
  }

  /** Makes tables; one statement at a time, since the nodes must agree on each before the next. */
  async define(statements: readonly string[]): Promise<void> {
    const made = this.#making.then(async () => {
      for (const statement of statements) await this.#execute(statement, [], { prepare: false, isIdempotent: true });
    });
    this.#making = made.catch(() => undefined);
    await made;
  }

  async write(cql: string, values: readonly unknown[], consistency: Consistency = 'quorum'): Promise<void> {
    await this.#execute(cql, values, { ...idempotent, consistency: consistencyOf(consistency) });
  }

  /** Runs one statement for many values, some side by side. */
  async writeEach(cql: string, all: Iterable<readonly unknown[]>, consistency: Consistency = 'quorum'): Promise<void> {
    const options = {
      ...{ concurrencyLevel: statementsAtOnce, raiseOnFirstError: true, collectResults: false },
      executionProfile: consistency === 'local' ? localProfile : quorumProfile,
    };
    try {
      await cassandra.concurrent.executeConcurrent(this.#client, cql, Readable.from(iterated(all)), options);
    } catch (cause) {
      throw cassandraFailure(`run ${subjectOf(cql)}`, cause);
    }
  }

  /** Runs a light-weight transaction. Gives the row that stood against it; `undefined` when it was applied. */
  async transact(cql: string, values: readonly unknown[]): Promise<Row | undefined> {
    // Not repeated by the driver: one that was applied without an answer would look as if another had been quicker.
    const result = await this.#execute(cql, values, {
      ...{ prepare: true, isIdempotent: false, consistency: consistencies.quorum },
      serialConsistency: consistencies.serial,
    });
    return result.wasApplied() ? undefined : rowOf(result.first());
  }

  async one(
    cql: string,
    values: readonly unknown[],
    consistency: Consistency | 'serial' = 'quorum',
  ): Promise<Row | undefined> {
    const result = await this.#execute(cql, values, {
      ...idempotent,
      consistency: consistency === 'serial' ? consistencies.serial : consistencyOf(consistency),
    });
    const first = result.first() as cassandra.types.Row | null;
    return first ? rowOf(first) : undefined;
  }

  /** All rows, page by page. */
  async *rows(cql: string, values: readonly unknown[] = [], consistency: Consistency = 'quorum'): AsyncIterable<Row> {
    const options = { ...idempotent, consistency: consistencyOf(consistency), fetchSize: 2000 };
    const result = await this.#execute(cql, values, options);
    try {
      for await (const row of result) yield rowOf(row);
    } catch (cause) {
      throw cassandraFailure(`read ${subjectOf(cql)}`, cause);
    }
  }

  async all(cql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const row of this.rows(cql, values)) rows.push(row);
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.shutdown();
  }

  async #execute(
    cql: string,
    values: readonly unknown[],
    options: cassandra.QueryOptions,
  ): Promise<cassandra.types.ResultSet> {
    try {
      return await this.#client.execute(cql, [...values], options);
    } catch (cause) {
      throw cassandraFailure(`run ${subjectOf(cql)}`, cause);
    }
  }
}

/** Of a clock that went back: as the driver has them. */
const [warnAfterMs, warnEveryMs] = [1000, 1000];
/** One for the process: what it writes later has the later write time, whichever session writes it. */
const writeTimes = new cassandra.policies.timestampGeneration.MonotonicTimestampGenerator(warnAfterMs, warnEveryMs);

const idempotent = { prepare: true, isIdempotent: true };
const quorumProfile = 'quorum';
const localProfile = 'local';
const consistencyOf = (consistency: Consistency) =>
  consistency === 'local' ? consistencies.localQuorum : consistencies.quorum;

/** A client in the keyspace that the options name; `undefined` where there is no such keyspace. */
const known = (options: CassandraOptions): Promise<cassandra.Client | undefined> =>
  failing(options, () => connected(options, options.keyspace));

async function failing<T>({ keyspace, contactPoints }: CassandraOptions, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (cause) {
    throw cassandraFailure(`use the keyspace ${keyspace} at ${contactPoints.join(', ')}`, cause);
  }
}

/** A client in a keyspace; `undefined` where there is no such keyspace. */
async function connected(options: CassandraOptions, keyspace?: string): Promise<cassandra.Client | undefined> {
  const client = new cassandra.Client({ ...clientOptions(options), ...(keyspace && { keyspace }) });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.shutdown().catch(() => undefined);
    // The driver forgets the connection on which it found no node of the data centre; left open it keeps the process up.
    (client as unknown as Forgetful).controlConnection.connection?.close();
    if (keyspace && /keyspace .* does not exist/i.test(rootOf(error as Error).message)) return undefined;
    throw error;
  }
}

interface Forgetful {
  readonly controlConnection: { readonly connection?: { close(): void } | null };
}

async function connectedToNew(options: CassandraOptions): Promise<cassandra.Client> {
  const { keyspace, replication = { class: 'SimpleStrategy', replication_factor: 1 } } = options;
  const outside = (await connected(options))!;
  const kept = JSON.stringify(replication).replaceAll('"', "'");
  await outside.execute(`CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = ${kept}`);
  await outside.shutdown();
  return (await connected(options, keyspace))!;
}

function clientOptions({
  contactPoints,
  localDataCenter,
  credentials,
  tls,
  patience: { connectMs, answerMs, heartBeatMs } = ofService,
}: CassandraOptions): cassandra.DseClientOptions {
  return {
    contactPoints: [...contactPoints],
    localDataCenter,
    ...(credentials && { credentials: { ...credentials } }),
    ...(tls && {
      // The driver would take any certificate.
      sslOptions: { rejectUnauthorized: true, ...(typeof tls === 'object' && { ca: [readFileSync(tls.caFile)] }) },
    }),
    // Longs come as the driver's own type: as bigints it would take no numbers for them.
    encoding: { useUndefinedAsUnset: true },
    queryOptions: { consistency: consistencies.quorum, prepare: true, isIdempotent: true },
    profiles: [
      new cassandra.ExecutionProfile(quorumProfile, { consistency: consistencies.quorum }),
      new cassandra.ExecutionProfile(localProfile, { consistency: consistencies.localQuorum }),
    ],
    policies: { timestampGeneration: writeTimes },
    socketOptions: { connectTimeout: connectMs, readTimeout: answerMs },
    pooling: { heartBeatInterval: heartBeatMs },
  };
}

function* iterated(all: Iterable<readonly unknown[]>): Iterable<unknown[]> {
  for (const values of all) yield [...values];
}

function rowOf(row: cassandra.types.Row): Row {
  return Object.fromEntries(row.keys().map((key) => [key, row[key] as unknown]));
}

/** What a statement is about, for messages: its verb and table, not its values. */
const subjectOf = (cql: string): string => {
  const [, verb = 'a statement', table = ''] =
    /^\s*(\w+)[\s\S]*?\b(?:FROM|INTO|UPDATE|TABLE(?: IF NOT EXISTS)?)\s+(\w+)/i.exec(`${cql} `) ?? [];
  const [, updated] = /^\s*UPDATE\s+(\w+)/i.exec(cql) ?? [];
  return updated ? `UPDATE ${updated}` : `${verb} ${table}`.trim();
};
