import { resolve } from 'node:path';
import type { Feature } from '@neartime/engines';
import { features } from '@neartime/features';
import { earliestTimestamp, timestampBound } from '@neartime/schemas';
import { UsageError } from '../failure.ts';

/* Flags are read here, once; a wrong one is a UsageError with its name. */

export const registered: readonly Feature[] = features;

export function featureNamed(name: string): Feature {
  const found = registered.find((feature) => feature.name === name);
  if (!found)
    throw new UsageError(`unknown feature ${name}; there are ${registered.map((feature) => feature.name).join(', ')}`);
  return found;
}

export function featureList(flag: string): (names: string) => Feature[] {
  return (names) => {
    if (names.trim() === '')
      throw new UsageError(
        `${flag} takes names with commas between them; there are ${registered.map((feature) => feature.name).join(', ')}`,
      );
    return [...new Set(names.split(',').map((name) => name.trim()))].map(featureNamed);
  };
}

/** A folder by its whole path: a store outlives the folder in which a command was typed. */
export function folder(flag: string): (path: string) => string {
  return (path) => {
    if (path === '') throw new UsageError(`${flag} takes a folder, not an empty text`);
    return resolve(path);
  };
}

const counted = (number: number): string => number.toLocaleString('en-US');

export function wholeNumber(flag: string, [least, most]: readonly [number, number]): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new UsageError(`${flag} takes a whole number from ${counted(least)} to ${counted(most)}, not ${text}`);
    }
    return number;
  };
}

export const partitions = wholeNumber('--partitions', [1, 1024]);

export function share(flag: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^(\d+|\d*\.\d+)$/.test(text) || number > 1)
      throw new UsageError(`${flag} takes a share from 0 to 1, such as 0.02, not ${text}`);
    return number;
  };
}

const secondsOf: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration such as 30s, 5m, 1h, in seconds; its bounds are durations too. */
export function duration(flag: string, [least, most]: readonly [string, string]): (text: string) => number {
  return (text) => {
    const seconds = secondsIn(text);
    if (seconds === undefined || seconds < secondsIn(least)! || seconds > secondsIn(most)!) {
      throw new UsageError(`${flag} takes a duration from ${least} to ${most}, such as 30s, 5m or 1h, not ${text}`);
    }
    return seconds;
  };
}

function secondsIn(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return parts ? Number(parts[1]) * secondsOf[parts[2]] : undefined;
}

const isoForm = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** An ISO time in epoch seconds, of the years that an event can have; without a zone it is UTC. */
export function isoTime(flag: string): (text: string) => number {
  return (text) => {
    const [, day, zone] = isoForm.exec(text) ?? [];
    const milliseconds =
      day === undefined || !isInCalendar(day) ? NaN : Date.parse(text === day || zone ? text : `${text}Z`);
    if (Number.isNaN(milliseconds)) throw new UsageError(`${flag} takes a time such as 2018-08-01T09:00Z, not ${text}`);
    const seconds = Math.floor(milliseconds / 1000);
    if (seconds < earliestTimestamp || seconds > timestampBound)
      throw new UsageError(`${flag} takes a time from 2000-01-01 to 2100-01-01, not ${text}`);
    return seconds;
  };
}

/** The windows that `--from` and `--to` leave, in epoch seconds: those that begin in [from, to). */
export function windowBounds({ from, to }: { readonly from?: string; readonly to?: string }): {
  from: number;
  to: number;
} {
  const bounds = {
    from: from === undefined ? -Infinity : isoTime('--from')(from),
    to: to === undefined ? Infinity : isoTime('--to')(to),
  };
  if (bounds.from >= bounds.to) throw new UsageError(`--from must be before --to, not ${from} and ${to}`);
  return bounds;
}

/** Date.parse takes 31 February for 3 March. */
function isInCalendar(day: string): boolean {
  const milliseconds = Date.parse(day);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(day);
}
