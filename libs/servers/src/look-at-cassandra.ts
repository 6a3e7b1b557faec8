import { CassandraCatalogue, CassandraOnlineRows, type CassandraPatience, CassandraSession } from '@neartime/cassandra';
import { type CassandraSettings, revealed } from '@neartime/service/config';
import type { Catalogue, OnlineReader, OnlineWindows } from '@neartime/streams';

/** A keyspace to look at. */
export interface CassandraView extends AsyncDisposable {
  /** Fails where the keyspace holds no catalogue. */
  catalogue(): Promise<Catalogue>;
  readonly online: OnlineReader & OnlineWindows;
}

/** Connects to a keyspace that is there, for somebody who waits: nothing is made, and a cluster that is down is a failure at once. */
export async function lookAtCassandra(
  settings: CassandraSettings,
  patience: CassandraPatience,
): Promise<CassandraView> {
  const session = await CassandraSession.toExisting({ ...revealed(settings), patience });
  return {
    catalogue: () => CassandraCatalogue.existing(session),
    online: new CassandraOnlineRows(session),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
