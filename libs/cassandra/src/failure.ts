import { StoreError } from '@neartime/streams';
import cassandra from 'cassandra-driver';

const { responseErrorCodes: codes } = cassandra.types;

/** What the cluster says no to, whoever asks how often: somebody has to change something. */
const lasting: Readonly<Record<number, string>> = {
  [codes.badCredentials]: 'the user or password is wrong',
  [codes.unauthorized]: 'this user may not do it; grant it',
  [codes.syntaxError]: 'it does not understand the statement',
  [codes.invalid]: 'it refuses the statement',
  [codes.configError]: 'its configuration does not allow it',
};

const credentialsNeeded = 'it asks for a user and a password; give CASSANDRA_USERNAME and CASSANDRA_PASSWORD';

/** Says what could not be done, why, and whether trying again may help. */
export function cassandraFailure(what: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const error = rootOf(cause as Error);
  const { code } = error as { code?: number };
  const why = lastingReason(error, code);
  return new StoreError(`cassandra: cannot ${what}: ${why ?? oneLine(error.message)}`, {
    cause,
    retriable: why === undefined,
  });
}

function lastingReason(error: Error, code: number | undefined): string | undefined {
  if (/ requires authentication, but /.test(error.message)) return credentialsNeeded;
  if (error.name === 'AuthenticationError') return lasting[codes.badCredentials];
  // The driver says so of a data centre without hosts, and of a keyspace that is not there.
  if (/data ?center/i.test(error.message)) return `${oneLine(error.message)}; look at CASSANDRA_LOCAL_DATA_CENTER`;
  const why = code === undefined ? undefined : lasting[code];
  if (error.name === 'ArgumentError' || error.name === 'TypeError') return oneLine(error.message);
  return why && `${why} (${oneLine(error.message)})`;
}

/** Of "all hosts failed" what the first of them said. */
export function rootOf(error: Error): Error {
  const { innerErrors } = error as { innerErrors?: Readonly<Record<string, Error>> };
  return Object.values(innerErrors ?? {}).find((inner) => inner instanceof Error) ?? error;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
