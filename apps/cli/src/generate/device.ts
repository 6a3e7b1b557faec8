import type { Random } from './random.ts';
import type { Platform, Source } from './source.ts';

/** What stays the same in every line of a device, as ready pieces of JSON: a line is little more than these. */
export interface Device {
  readonly signedIn: boolean;
  /** From `,"device_id":…` to the start of the session's number: of a person who is signed in, of one who is not. */
  readonly user: string;
  readonly visitor: string;
  /** From the end of the session's number to `"item_id":`. */
  readonly handset: string;
}

const eventsPerDevice = 14;
const shareSignedIn = 0.6;

const models: Record<Platform, readonly string[]> = {
  android: [
    'SM-G950F',
    'SM-J500FN',
    'HUAWEI P10 lite',
    'Redmi Note 4',
    'Moto G (5) Plus',
    'LG-M250',
    'SM-A520F',
    'Mi A1',
  ],
  ios: ['iPhone10,6', 'iPhone9,3', 'iPhone8,1', 'iPhone7,2', 'iPad6,11'],
  web: ['Chrome 67.0', 'Firefox 61.0', 'Safari 11.1', 'Edge 17.17134'],
};
const systems: Record<Platform, readonly string[]> = {
  android: ['8.0.0', '7.0', '6.0.1', '8.1.0', '5.1.1'],
  ios: ['11.4.1', '11.4', '11.3.1', '10.3.3'],
  web: ['Windows 10', 'Windows 7', 'macOS 10.13.6', 'Linux'],
};
const versions = ['18.30.2', '18.30.1', '18.29.0', '18.27.4', '18.12.0'];

/** The devices of a source: as many as its files of `events` lines keep busy, each as often as it is active. */
export function activeDevices(source: Source, events: number, random: Random): Device[] {
  const count = Math.ceil(events / eventsPerDevice);
  return Array.from({ length: count }, (_, rank) =>
    Array<Device>(activity(rank / count)).fill(device(source, events, random)),
  ).flat();
}

/** From 51 for the busiest down to 1: few devices send many lines and many send few (Zipf and Mandelbrot). */
const activity = (rank: number): number => Math.floor(1.02 / (rank + 0.02));

function device({ brand, platform, countries }: Source, events: number, random: Random): Device {
  const id = random.uuid();
  const country = mostlyFirst(countries, random);
  const app = bareJson({
    country,
    brand,
    platform,
    app_version: mostlyFirst(versions, random),
    session_id: random.uuid(),
  });
  const handset = bareJson({
    device_model: mostlyFirst(models[platform], random),
    os_version: mostlyFirst(systems[platform], random),
    language: random.chance(0.8) ? country : 'en',
  });
  // A person may use several devices and several platforms of a brand.
  const userId = 100_000_000 + brand.length * 10_000_000 + random.below(events) * 29;
  return {
    signedIn: random.chance(shareSignedIn),
    user: flat(',"device_id":"', id, '","user_id":"', String(userId), '",', app.slice(0, -1), ':'),
    visitor: flat(',"device_id":"', id, '",', app.slice(0, -1), ':'),
    handset: flat('",', handset, ',"item_id":'),
  };
}

/** An object without its braces. */
const bareJson = (fields: object): string => JSON.stringify(fields).slice(1, -1);

/** A text in one piece. What `+` makes is a tree of pieces, which would be walked again for every line. */
const flat = (...pieces: string[]): string => pieces.join('');

const mostlyFirst = <T>(items: readonly T[], random: Random): T =>
  items[Math.floor(random.fraction() * random.fraction() * items.length)]!;
