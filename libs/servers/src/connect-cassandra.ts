import { CassandraCatalogue, CassandraLeases, CassandraOnlineStore, CassandraSession } from '@neartime/cassandra';
import type { Patience } from '@neartime/service';
import { type CassandraSettings, revealed } from '@neartime/service/config';
import { type Catalogue, type Leases, type RevisableOnlineStore, persistently } from '@neartime/streams';

/** What is kept in a keyspace of Cassandra. */
export interface CassandraConnection extends AsyncDisposable {
  readonly catalogue: Catalogue;
  readonly leases: Leases;
  /** `windowsTtl`: seconds for which the rows of windows are kept. */
  onlineStore(options: { readonly windowsTtl: number }): RevisableOnlineStore;
}

/** Connects, and makes the tables that are missing; a cluster that is down is waited for. */
export async function connectCassandra(settings: CassandraSettings, patience: Patience): Promise<CassandraConnection> {
  await using stack = new AsyncDisposableStack();
  const session = stack.use(await persistently(() => CassandraSession.connect(revealed(settings)), patience));
  const catalogue = await persistently(() => CassandraCatalogue.over(session), patience);
  const leases = await persistently(() => CassandraLeases.over(session), patience);
  const resources = stack.move();
  return {
    catalogue,
    leases,
    onlineStore: (options) => new CassandraOnlineStore(session, options),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
