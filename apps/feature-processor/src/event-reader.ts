import { eventRecord, eventSchema } from '@neartime/schemas';
import type { ReaderSchema } from '@neartime/streams';
import { EventInPlace } from './received-event.ts';

/** Reads events where they lie; those of another version of the schema as objects. */
export function eventReader(): ReaderSchema {
  const inPlace = new EventInPlace(eventSchema);
  return { record: eventRecord, strings: 'bytes', inPlace: (bytes, from) => inPlace.read(bytes, from) };
}
