import { isStoreUrl } from '@neartime/servers/store-url';
import { UsageError } from '../failure.ts';
import { folder } from '../commands/options.ts';

/** A keyspace of Cassandra, as `--cassandra` names it; without a name it is the services' own. */
export interface CassandraPlace {
  readonly contactPoints: readonly string[];
  readonly keyspace: string | undefined;
}

/** Where the Parquet objects of a store lie. */
export type ObjectsPlace = { readonly folder: string } | { readonly url: string };

/** Where the catalogue and the online rows of a store lie. */
export type RowsPlace = { readonly folder: string } | { readonly cassandra: CassandraPlace };

/** The flags that name a store, as they were typed. */
export interface StoreFlags {
  readonly store?: string;
  readonly cassandra?: string;
}

/** What `--store` names: a folder, or objects in a bucket. */
export function objectsPlace(store: string): ObjectsPlace {
  if (!/^([a-z0-9]+:\/\/|s3:)/i.test(store)) return { folder: folder('--store')(store) };
  if (!isStoreUrl(store)) throw new UsageError(`--store takes a folder or s3://bucket[/prefix], not ${store}`);
  return { url: store };
}

/**
 * The one place that the flags of a command on catalogue or online rows name. With Cassandra a bucket may be named too, since the
 * same flags fit every command then; it is not looked at.
 */
export function rowsPlace(command: string, flags: StoreFlags): RowsPlace {
  const place = rowsPlaceIn(flags);
  if (place) return place;
  throw new UsageError(
    flags.store === undefined
      ? `${command} needs --store DIR, or --cassandra host[:port]/keyspace for a store on servers`
      : `${command} reads Cassandra where the objects are in ${flags.store}: give --cassandra host[:port]/keyspace`,
  );
}

/** The place that has rows; `undefined` where the flags name none. */
function rowsPlaceIn({ store, cassandra }: StoreFlags): RowsPlace | undefined {
  const objects = store === undefined ? undefined : objectsPlace(store);
  const folder = objects && 'folder' in objects ? objects : undefined;
  if (folder && cassandra !== undefined)
    throw new UsageError('--store DIR and --cassandra are two stores: leave one of them out');
  return cassandra === undefined ? folder : { cassandra: cassandraPlace(cassandra) };
}

/** The one store that a command changes: a folder, or one on servers. */
export function changedPlace(
  command: string,
  { out, cassandra }: { readonly out?: string; readonly cassandra?: string },
): RowsPlace {
  if (out !== undefined && cassandra !== undefined)
    throw new UsageError('--out and --cassandra are two stores: leave one of them out');
  if (cassandra !== undefined) return { cassandra: cassandraPlace(cassandra) };
  if (out !== undefined) return { folder: folder('--out')(out) };
  throw new UsageError(`${command} needs --out DIR, or --cassandra host[:port]/keyspace for a store on servers`);
}

const host = String.raw`(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::\d{1,5})?`;
const cassandraForm = new RegExp(`^(?<hosts>${host}(?:,${host})*)(?:/(?<keyspace>[a-z][a-z0-9_]{0,47}))?$`);

function cassandraPlace(text: string): CassandraPlace {
  const { hosts, keyspace } = cassandraForm.exec(text)?.groups ?? {};
  if (!hosts)
    throw new UsageError(
      `--cassandra takes host[:port][,host…]/keyspace, such as db1:9042,db2/neartime, not ${text}; user and password are CASSANDRA_USERNAME and CASSANDRA_PASSWORD`,
    );
  return { contactPoints: hosts.split(','), keyspace };
}
