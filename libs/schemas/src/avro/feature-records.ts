import type { LineSum } from '../line-sum.ts';
import { type AvroRecord, namespace } from './avro-record.ts';

/** A row of a feature in `features.<name>`, provisional or of a revision. */
export interface FeatureRow {
  readonly window: number;
  readonly partition: number;
  /** 0 for the final row, 1, 2, … for revised ones; -1 for a provisional one. */
  readonly revision: number;
  /** Lines that the window had on this partition when the row was made; what tells provisional rows apart. */
  readonly lines: number;
  readonly id: string;
  readonly country: string;
  readonly brand: string;
  /** The engine's result; `null`: the revision does not have this key any more. */
  readonly value: number | bigint | null;
}

export const provisional = -1;

/** Ends a revision of a window on a partition: what it was made of, so that nobody takes a part for the whole. */
export interface WindowClosed {
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  readonly rows: number;
  readonly checksum: string;
  readonly lines: LineSum;
  /** Epoch seconds. */
  readonly closed_at: number;
}

const place = [
  { name: 'window', type: 'long', doc: 'start of the window, epoch seconds' },
  { name: 'partition', type: 'int' },
  { name: 'revision', type: 'int', doc: '-1 provisional, 0 final, 1, 2, … revised' },
] as const;

const featureNamespace = `${namespace}.features`;

/** The subject of a feature's rows. */
export const featureRowSubject = (feature: string): string => `${featureNamespace}.${feature}`;

/** The schema of a feature's rows; the column has the name of the engine's. */
export const featureRowRecord = (feature: string, column: string, type: 'INT64' | 'DOUBLE'): AvroRecord => ({
  type: 'record',
  name: feature,
  namespace: featureNamespace,
  doc: 'A row of a window, by id, country and brand; null for a key that the revision does not have any more.',
  fields: [
    ...place,
    { name: 'lines', type: 'long', doc: 'lines of the window on this partition when the row was made' },
    { name: 'id', type: 'string' },
    { name: 'country', type: 'string' },
    { name: 'brand', type: 'string' },
    { name: column, type: ['null', type === 'INT64' ? 'long' : 'double'] },
  ],
});

/** The column of the engine's results in the schema of a feature's rows, whoever wrote it; `undefined` where it is none. */
export function valueColumnOf({ fields }: AvroRecord): { name: string; type: 'INT64' | 'DOUBLE' } | undefined {
  const { name, type } = fields.at(-1)!;
  const kind = Array.isArray(type) && type[0] === 'null' ? (type[1] as unknown) : undefined;
  if (kind !== 'long' && kind !== 'double') return undefined;
  return { name, type: kind === 'long' ? 'INT64' : 'DOUBLE' };
}

export const windowClosedRecord: AvroRecord = {
  type: 'record',
  name: 'WindowClosed',
  namespace,
  doc: 'Ends a revision of a window on a partition: its rows, their checksum, and the lines of which it was made.',
  fields: [
    ...place,
    { name: 'rows', type: 'long' },
    { name: 'checksum', type: 'string' },
    {
      name: 'lines',
      type: {
        type: 'record',
        name: 'LineSum',
        fields: [
          { name: 'lines', type: 'long' },
          { name: 'high', type: 'int' },
          { name: 'low', type: 'int' },
        ],
      },
    },
    { name: 'closed_at', type: 'double' },
  ],
};
