import { EventFold, OpenWindow, type Feature, mergeFolded } from '@neartime/engines';
import { eventSchema } from '@neartime/schemas';
import { partitions } from './place.ts';

const fields = Object.keys(eventSchema);
const countries = ['ae', 'br', 'id', 'in', 'pk', 'pl', 'pt', 'za'];

/** A window with one row for each of `keys` devices: ids as they are in raw files, a handful of countries. */
export function windowOfRows(feature: Feature, start: number, keys: number): OpenWindow {
  const fold = new EventFold({ schema: eventSchema, features: [feature], partitions, maxWindows: 1 });
  const view = {
    ...{ bytes: new Uint8Array(1024), starts: new Int32Array(fields.length), ends: new Int32Array(fields.length) },
    ...{ numbers: new Float64Array(fields.length), at: 0, line: 0 },
  };
  for (let key = 0; key < keys; key++) {
    const texts = {
      event_name: feature.eventNames?.[0] ?? 'view_item',
      device_id: deviceId(key),
      country: countries[key % countries.length]!,
      brand: 'olx',
    };
    let at = 0;
    fields.forEach((name, field) => {
      const text = (texts as Record<string, string>)[name] ?? '';
      view.starts[field] = at;
      at += new TextEncoder().encodeInto(text, view.bytes.subarray(at)).written;
      view.ends[field] = at;
      view.numbers[field] = name === 'timestamp' ? start + (key % 600) : NaN;
    });
    view.line = key + 1;
    fold.add(view);
  }
  const window = new OpenWindow(start, { features: [feature], partitions, tracksChanges: false });
  mergeFolded(fold.finish(), '0'.repeat(32), () => window);
  return window;
}

/** Looks like a random UUID and is the same for the same number. */
export function deviceId(key: number): string {
  const hex = (salt: number) => (Math.imul(key + 1, salt) >>> 0).toString(16).padStart(8, '0');
  const [a, b, c] = [hex(0x9e3779b1), hex(0x85ebca6b), hex(0xc2b2ae35)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(0, 3)}-${c.slice(3)}${key.toString(16).padStart(7, '0')}`;
}
