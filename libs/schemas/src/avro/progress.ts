import { type AvroRecord, namespace } from './avro-record.ts';

/** How far a source is complete. */
export interface SourceComplete {
  readonly source: string;
  /** Every event before this time, in epoch seconds, is in the log before this record, but for those that are late. */
  readonly complete_up_to: number;
}

/** Goes to every partition of every events topic: what closes windows. */
export interface Progress {
  readonly sources: readonly SourceComplete[];
}

export const progressRecord: AvroRecord = {
  type: 'record',
  name: 'Progress',
  namespace,
  doc: 'Sources that moved, each complete up to a time (epoch seconds). The greatest time of a source counts.',
  fields: [
    {
      name: 'sources',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'SourceComplete',
          fields: [
            { name: 'source', type: 'string' },
            { name: 'complete_up_to', type: 'long' },
          ],
        },
      },
    },
  ],
};
