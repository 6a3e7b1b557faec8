import { type AvroRecord, namespace } from './avro-record.ts';

/** Neighbouring lines of a raw file that were rejected for one reason, in the topic `events.rejected`. */
export interface RejectedLinesRecord {
  readonly file: string;
  readonly reason: string;
  readonly first_line: number;
  readonly last_line: number;
  readonly excerpt: string;
}

export const rejectedLinesRecord: AvroRecord = {
  type: 'record',
  name: 'RejectedLines',
  namespace,
  doc: 'Neighbouring lines of a raw file that were rejected for one reason, with the beginning of the first.',
  fields: [
    { name: 'file', type: 'string' },
    { name: 'reason', type: 'string' },
    { name: 'first_line', type: 'int' },
    { name: 'last_line', type: 'int' },
    { name: 'excerpt', type: 'string' },
  ],
};
