import { z } from 'zod';
import { file, list, secret, setting, text, yesOrNo } from './kinds.ts';
import type { Secret } from './secret.ts';
import { allOrNone, group } from './setting.ts';

/** A keyspace's replication as CQL has it, `{'class': 'SimpleStrategy', 'replication_factor': 1}`. */
export type Replication = Readonly<Record<string, string | number>> & { readonly class: string };

export interface CassandraSettings {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly keyspace: string;
  readonly replication: Replication;
  readonly credentials?: { readonly username: string; readonly password: Secret };
  readonly tls: boolean | { readonly caFile: string };
}

export const cassandraSettings = group(
  {
    contactPoints: list('CASSANDRA_CONTACT_POINTS', {
      about: 'the nodes to begin with',
      parts: { form: /^[^\s,/]+$/, takes: 'hosts or host:port' },
    }),
    localDataCenter: text('CASSANDRA_LOCAL_DATA_CENTER', {
      about: 'the data centre whose nodes are asked',
      default: 'datacenter1',
    }),
    keyspace: setting(
      'CASSANDRA_KEYSPACE',
      'a name of small letters, digits and _',
      z.string().regex(/^[a-z][a-z0-9_]{0,47}$/),
      { about: 'the keyspace of the tables', default: 'neartime' },
    ),
    replication: setting(
      'CASSANDRA_REPLICATION',
      'a number of copies, such as 3, or one per data centre, such as eu:3,us:2',
      z
        .string()
        .regex(/^[1-9]\d?$|^[\w-]+:[1-9]\d?(,[\w-]+:[1-9]\d?)*$/)
        .transform(replicationOf),
      { about: 'how the keyspace is replicated where it is created', default: '1' },
    ),
    username: text('CASSANDRA_USERNAME', { about: 'the user', optional: true }),
    password: secret('CASSANDRA_PASSWORD', { about: "the user's password", optional: true }),
    tls: yesOrNo('CASSANDRA_TLS', { about: 'whether connections are encrypted', default: 'false' }),
    caFile: file('CASSANDRA_TLS_CA', {
      about: "the authority's certificates where they are not the system's",
      optional: true,
    }),
  },
  ({ username, password, tls, caFile, ...rest }, refuse): CassandraSettings => {
    allOrNone({ CASSANDRA_USERNAME: username, CASSANDRA_PASSWORD: password }, refuse);
    if (caFile && !tls) refuse('CASSANDRA_TLS_CA', 'needs CASSANDRA_TLS=true');
    const credentials = username && password && { username, password };
    return { ...rest, ...(credentials && { credentials }), tls: caFile ? { caFile } : tls };
  },
);

function replicationOf(value: string): Replication {
  if (!value.includes(':')) return { class: 'SimpleStrategy', replication_factor: Number(value) };
  const copies = value.split(',').map((part) => part.split(':') as [string, string]);
  return {
    ...Object.fromEntries(copies.map(([dataCenter, count]) => [dataCenter, Number(count)])),
    class: 'NetworkTopologyStrategy',
  };
}
