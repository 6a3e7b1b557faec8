import { windowOfObject } from '@neartime/streams/object-name';
import { partitionColumns } from '../feature-view.ts';
import type { PartitionFilter } from '../partition-filter.ts';

/** Which parts of a feature a statement may read: those that pass one of the filters, of windows that begin in [from, to). */
export interface WantedParts {
  readonly feature: string;
  readonly filters: readonly PartitionFilter[];
  readonly from: number;
  readonly to: number;
}

/** Values of the leading partition columns: a year, or a year and a month, … */
type Place = readonly string[];

const two = (number: number): string => String(number).padStart(2, '0');
const numbers = (first: number, last: number, step = 1): string[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, i) => two(first + i * step));

/** The values that each partition column can have: events are of the years 2000 to 2100. */
const domains = [numbers(2000, 2100), numbers(1, 12), numbers(1, 31), numbers(0, 23), numbers(0, 50, 10)];

/** So many listings are at most asked for in place of one. */
const mostListings = 256;
const windowSeconds = 600;

/** Prefixes of object names below which all wanted parts lie, and as little else as a few listings can tell apart. */
export function wantedPrefixes(wanted: WantedParts): string[] {
  let places: readonly Place[] = mayHold(wanted, []) ? [[]] : [];
  let finest = places;
  for (const domain of domains) {
    let isNarrower = false;
    places = places.flatMap((place) => {
      if (holdsAll(wanted, place)) return [place];
      const within = domain.map((value) => [...place, value]).filter((finer) => mayHold(wanted, finer));
      isNarrower ||= within.length < domain.length;
      return within;
    });
    if (places.length > mostListings) break;
    if (isNarrower) finest = places;
  }
  return finest.map(
    (place) =>
      `features_store/${wanted.feature}/${place.map((value, level) => `${partitionColumns[level]}=${value}/`).join('')}`,
  );
}

/** Whether an object is a part that is wanted. */
export function isWanted(wanted: WantedParts, name: string): boolean {
  if (windowOfObject(name) === undefined) return false;
  const place = name
    .split('/')
    .slice(2, -1)
    .map((folder) => folder.slice(folder.indexOf('=') + 1));
  return mayHold(wanted, place);
}

/** Whether a part in a place can be wanted. */
function mayHold({ filters, from, to }: WantedParts, place: Place): boolean {
  const { first, last } = windowsIn(place);
  const passes = ({ column, holds }: PartitionFilter[number]) => {
    const value = place[partitionColumns.indexOf(column)];
    return value === undefined || holds(value);
  };
  return first < to && last >= from && filters.some((filter) => filter.every(passes));
}

/** Whether every part in a place is wanted. */
function holdsAll({ filters, from, to }: WantedParts, place: Place): boolean {
  const { first, last } = windowsIn(place);
  const passes = ({ column, holds }: PartitionFilter[number]) => {
    const value = place[partitionColumns.indexOf(column)];
    return value !== undefined && holds(value);
  };
  return first >= from && last < to && filters.some((filter) => filter.every(passes));
}

/** The starts of the first and the last window in a place. */
function windowsIn(place: Place): { first: number; last: number } {
  if (place.length === 0) return { first: -Number.MAX_VALUE, last: Number.MAX_VALUE };
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = place.map(Number);
  const at = (step: readonly number[]): number => {
    const [years = 0, months = 0, days = 0, hours = 0, minutes = 0] = step;
    return Date.UTC(year + years, month - 1 + months, day + days, hour + hours, minute + minutes) / 1000;
  };
  const next = [...Array<number>(place.length - 1).fill(0), place.length === 5 ? 10 : 1];
  return { first: at([]), last: at(next) - windowSeconds };
}
