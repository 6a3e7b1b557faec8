import { randomUUID } from 'node:crypto';
import cassandra from 'cassandra-driver';
import { listBuckets } from './catalogue-tables.ts';
import type { CassandraSession, Row } from './session.ts';

/** A mark as it was seen: who made it, and its write time then. */
export interface Mark {
  readonly by: unknown;
  readonly seen: unknown;
}

/** By which this process, with the one clock that its sessions share, knows its marks. */
export const thisProcess = cassandra.types.Uuid.fromString(randomUUID());

export const markOf = (row: Row): Mark => ({ by: row['marked_by'], seen: row['seen'] });

/*
 * Lists that many processes put entries on, and take them off, without transactions and without trusting each other's clocks.
 * Each process marks an entry in a row of its own, so all write times of a row come from one process, and only grow. Whoever
 * takes an entry off deletes the marks that he saw, each as of the write time that he saw: what was marked again since then has
 * a later one and stays.
 */
export async function rowsOfBuckets(session: CassandraSession, cql: string): Promise<Row[]> {
  const buckets = Array.from({ length: listBuckets }, (_, bucket) => bucket);
  return (await Promise.all(buckets.map((bucket) => session.all(cql, [bucket])))).flat();
}
