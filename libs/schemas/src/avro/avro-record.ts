/** A type in the JSON form of Avro schemas. */
export type AvroType = string | readonly AvroType[] | { readonly type: string; readonly [property: string]: unknown };

/** A record schema. Its full name is its subject in the registry. */
export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace: string;
  readonly doc?: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: AvroType;
    readonly default?: unknown;
    readonly doc?: string;
  }[];
}

export const namespace = 'neartime';

/** The subject of a schema; a name with dots is a full one already, as registries give it. */
export const fullName = ({
  name,
  namespace: within,
}: Pick<AvroRecord, 'name'> & { readonly namespace?: string }): string =>
  within === undefined || name.includes('.') ? name : `${within}.${name}`;
