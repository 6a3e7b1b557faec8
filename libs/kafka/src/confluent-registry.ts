import { SchemaRegistry as Client, COMPATIBILITY, SchemaType } from '@kafkajs/confluent-schema-registry';
import { type AvroRecord, fullName } from '@neartime/schemas';
import { type SchemaRegistry, StoreError } from '@neartime/streams';

export interface RegistryOptions {
  readonly url: string;
  readonly clientId: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

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
    try {
      const schema = { type: SchemaType.AVRO as const, schema: JSON.stringify(record) };
      const { id } = await this.#client.register(schema, { subject, compatibility: COMPATIBILITY.BACKWARD });
      return id;
    } catch (cause) {
      throw this.#failure(`${subject} is refused`, cause);
    }
  }

  async latest(name: string): Promise<AvroRecord | undefined> {
    try {
      return await this.schema(await this.#client.getLatestSchemaId(name));
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined;
      throw this.#failure(`cannot get the schema of ${name}`, cause);
    }
  }

  async schema(id: number): Promise<AvroRecord | undefined> {
    try {
      const schema = (await this.#client.getSchema(id)) as unknown as { schema(options: object): unknown };
      return schema.schema({ exportAttrs: true }) as AvroRecord;
    } catch (cause) {
      if (statusOf(cause) === 404) return undefined;
      throw this.#failure(`cannot get schema ${id}`, cause);
    }
  }

  #failure(what: string, cause: unknown): StoreError {
    const status = statusOf(cause);
    const isLasting = status === undefined ? !isUnreachable(cause) : status < 500 && status !== 408 && status !== 429;
    const why =
      status === 401 || status === 403 ? 'the user or password is wrong, or may not do this' : messageOf(cause);
    return new StoreError(`registry: ${what}: ${why} (${this.#url})`, { cause, retriable: !isLasting });
  }
}

const statusOf = (error: unknown): number | undefined => {
  const status = (error as { status?: number }).status;
  // The client says 400 of what was never answered.
  return isUnreachable(error) ? undefined : status;
};

const isUnreachable = (error: unknown): boolean =>
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket hang up|timed? ?out/i.test(messageOf(error));

const messageOf = (error: unknown): string => (error as Error).message.replace(/\s+/g, ' ').trim();
