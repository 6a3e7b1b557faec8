import { type EventSchema, type FieldKind, eventSchema } from '../event-schema.ts';
import { type AvroRecord, namespace } from './avro-record.ts';

/** Fields that every event has; the others may be missing, and one that is added later is read as missing in older records. */
const always: ReadonlySet<string> = new Set(['event_name', 'timestamp', 'country', 'brand']);

const isText = (kind: FieldKind): boolean => kind === 'text' || kind === 'name';

function fieldOf([name, kind]: [string, FieldKind]): AvroRecord['fields'][number] {
  const type = isText(kind) ? 'string' : 'long';
  return always.has(name) ? { name, type } : { name, type: ['null', type], default: null };
}

/** An event as it stands in the events topics: its fields, and which line of which file it was. */
export const eventRecordOf = (schema: EventSchema): AvroRecord => ({
  type: 'record',
  name: 'Event',
  namespace,
  doc: 'One cleaned line of a raw file. Times are epoch seconds; a decimal(n) is the whole number of its 10^-n units.',
  fields: [
    ...Object.entries(schema).map(fieldOf),
    { name: 'file_id', type: { type: 'fixed', name: 'FileId', size: 16 } },
    { name: 'line', type: 'int' },
  ],
});

export const eventRecord = eventRecordOf(eventSchema);
