import { setTimeout as sleep } from 'node:timers/promises';
import { SchemaRegistry as Client, COMPATIBILITY, SchemaType } from '@kafkajs/confluent-schema-registry';
import { type AvroRecord, fullName } from '@neartime/schemas';
import { type SchemaRegistry, StoreError } from '@neartime/streams';

export interface RegistryOptions {
  readonly url: string;
  readonly clientId: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

const conflictTries = 5;
const conflictPauseMs = 100;

/** A registry with Confluent's API. Subjects are the full names of records, so that an event has one schema whatever its topic. */
export class ConfluentRegistry implements SchemaRegistry {
  readonly #client: Client;
  readonly #url: string;

  constructor({ url, clientId, auth }: RegistryOptions) {
    this.#url = url;
    this.#client = new Client({ host: url, clientId, ...(auth ? { auth } : {}) });
  }

  async register(record: AvroRecord): Promise<number> {
    const subject = fullName(record);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#registerOnce(subject, record);
      } catch (cause) {
        if (!mayBeOver(cause) || tries === conflictTries) throw this.#failure(`${subject} is refused`, cause);
        await sleep(conflictPauseMs * tries);
      }
    }
  }

  async #registerOnce(subject: string, record: AvroRecord): Promise<number> {
    const schema = { type: SchemaType.AVRO as const, schema: JSON.stringify(record) };
    return (await this.#client.register(schema, { subject, compatibility: COMPATIBILITY.BACKWARD })).id;
  }

  async latest(name: string): Promise<AvroRecord | undefined> {
    try {
      const schema = await this.schema(await this.#client.getLatestSchemaId(name));
      return schema === 'other' ? undefined : schema;
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined;
      throw this.#failure(`cannot get the schema of ${name}`, cause);
    }
  }

  async schema(id: number): Promise<AvroRecord | 'other' | undefined> {
    try {
      // As it stands there: the client makes a type of it at once, and what it cannot make one of is an error.
      const { schema, schemaType = 'AVRO' } = await this.#answerFor(id);
      const written = schemaType === 'AVRO' ? (JSON.parse(schema) as AvroRecord) : undefined;
      return written?.type === 'record' ? written : 'other';
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined;
      throw this.#failure(`cannot get schema ${id}`, cause);
    }
  }

  async #answerFor(id: number): Promise<{ readonly schema: string; readonly schemaType?: string }> {
    return (await this.#client['getSchemaOriginRequest'](id)).data();
  }

  #failure(what: string, cause: unknown): StoreError {
    const status = statusOf(cause);
    const isLasting = status === undefined ? !isUnreachable(cause) : status < 500 && status !== 408 && status !== 429;
    const why =
      status === 401 || status === 403 ? 'the user or password is wrong, or may not do this' : messageOf(cause);
    return new StoreError(`registry: ${what}: ${why} (${this.#url})`, { cause, retriable: !isLasting });
  }
}

/**
 * When two register the same subject for the first time at once, some registries tell one of them of a conflict, and it may find
 * the subject before the other has set its compatibility.
 */
const mayBeOver = (error: unknown): boolean =>
  statusOf(error) === 409 || /^Compatibility does not match/.test(messageOf(error));

const statusOf = (error: unknown): number | undefined => {
  const status = (error as { status?: number }).status;
  // The client says 400 of what was never answered.
  return isUnreachable(error) ? undefined : status;
};

const isUnreachable = (error: unknown): boolean =>
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket hang up|timed? ?out/i.test(messageOf(error));

const messageOf = (error: unknown): string => (error as Error).message.replace(/\s+/g, ' ').trim();
