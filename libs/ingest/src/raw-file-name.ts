import { windowStart } from '@neartime/engines';

/** What a raw file's path says of it. */
export interface RawFileName {
  /** The path before the date, with its slash: `in/horizontals/olx/android/`. */
  readonly source: string;
  /** Epoch seconds, from the date folders and the `-HHMMSS.gz` at the end of the name. */
  readonly fileTime: number;
}

const datedPath =
  /^(?<source>.*\/)?(?<year>\d{4})\/(?<month>\d\d)\/(?<day>\d\d)\/[^/]*-(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)\.gz$/;

/** Reads a path such as `in/olx/android/2018/08/01/201808-01-104234.gz`; `undefined` when it carries no file time. */
export function parseRawFileName(path: string): RawFileName | undefined {
  const groups = datedPath.exec(path)?.groups;
  if (!groups) return undefined;
  const { source = '', year, month, day, hour, minute, second } = groups;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const milliseconds = Date.parse(iso);
  // Date.parse takes 31 February for 3 March; a name that does not come back as it was is no time.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== iso) return undefined;
  return { source, fileTime: milliseconds / 1000 };
}

/** The chunk of a file: the ten minutes that its file time falls in. */
export const chunkOf = (fileTime: number): number => windowStart(fileTime);
