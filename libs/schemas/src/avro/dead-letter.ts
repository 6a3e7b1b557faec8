import { type AvroRecord, namespace } from './avro-record.ts';

/** A record that could not be decoded, where it stood and why. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

export const deadLetterRecord: AvroRecord = {
  type: 'record',
  name: 'DeadLetter',
  namespace,
  doc: 'A record that a service could not decode, where it stood and why.',
  fields: [
    { name: 'topic', type: 'string' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: 'long' },
    { name: 'reason', type: 'string' },
    { name: 'key', type: ['null', 'bytes'] },
    { name: 'value', type: 'bytes' },
  ],
};
