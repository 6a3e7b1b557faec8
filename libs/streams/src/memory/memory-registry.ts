import { type AvroRecord, fullName } from '@neartime/schemas';
import avro, { type Schema } from 'avsc';
import type { SchemaRegistry } from '../records/index.ts';
import { StoreError } from '../store-error.ts';

/** A schema registry in memory, with BACKWARD compatibility. */
export class MemoryRegistry implements SchemaRegistry {
  readonly #schemas: AvroRecord[] = [];

  async register(record: AvroRecord): Promise<number> {
    const text = JSON.stringify(record);
    const standing = this.#schemas.findIndex((one) => JSON.stringify(one) === text);
    if (standing >= 0) return standing + 1;
    const latest = this.#newest(fullName(record));
    if (latest) requireReadable(record, latest);
    return this.#schemas.push(record);
  }

  async latest(name: string): Promise<AvroRecord | undefined> {
    return this.#newest(name);
  }

  async schema(id: number): Promise<AvroRecord | undefined> {
    return this.#schemas[id - 1];
  }

  #newest(name: string): AvroRecord | undefined {
    return this.#schemas.findLast((one) => fullName(one) === name);
  }
}

function requireReadable(reader: AvroRecord, writer: AvroRecord): void {
  try {
    const type = (record: AvroRecord) => avro.Type.forSchema(record as unknown as Schema);
    type(reader).createResolver(type(writer));
  } catch (cause) {
    throw new StoreError(`registry: ${fullName(reader)} is refused: ${(cause as Error).message}`, { cause });
  }
}
