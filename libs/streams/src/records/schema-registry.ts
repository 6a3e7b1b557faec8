import type { AvroRecord } from '@neartime/schemas';

/** Schemas by number, as records on the log name them. */
export interface SchemaRegistry {
  /**
   * Registers a schema under its full name and gives its number, the same whenever it is asked. One that cannot read what is
   * there (BACKWARD) is refused with a StoreError that is not retriable and says the registry's reason.
   */
  register(record: AvroRecord): Promise<number>;
  /** The newest schema of a full name; `undefined` while there is none. */
  latest(fullName: string): Promise<AvroRecord | undefined>;
  /** The schema of a number: `other` for what is no record of Avro, `undefined` for one that the registry does not have. */
  schema(id: number): Promise<AvroRecord | 'other' | undefined>;
}
