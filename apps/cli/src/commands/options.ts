import type { Feature } from '@neartime/engines';
import { features } from '@neartime/features';
import { UsageError } from '../failure.ts';

/* Flags are read here, once; a wrong one is a UsageError with its name. */

export const registered: readonly Feature[] = features;

export function featureNamed(name: string): Feature {
  const found = registered.find((feature) => feature.name === name);
  if (!found) throw new UsageError(`unknown feature ${name}; there are ${registered.map((feature) => feature.name).join(', ')}`);
  return found;
}

export const featureList = (names: string): Feature[] => [...new Set(names.split(',').map((name) => name.trim()))].map(featureNamed);

export function wholeNumber(flag: string, least = 0): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least) throw new UsageError(`${flag} takes a whole number of at least ${least}, not ${text}`);
    return number;
  };
}

export function share(flag: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!(number >= 0 && number <= 1)) throw new UsageError(`${flag} takes a share between 0 and 1, not ${text}`);
    return number;
  };
}

const secondsOf: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration such as 30s, 5m, 1h in seconds. */
export function duration(flag: string): (text: string) => number {
  return (text) => {
    const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
    if (!parts) throw new UsageError(`${flag} takes a duration such as 30s, 5m or 1h, not ${text}`);
    return Number(parts[1]) * secondsOf[parts[2]];
  };
}

/** An ISO time in epoch seconds; without a zone it is UTC. */
export function isoTime(flag: string): (text: string) => number {
  return (text) => {
    const zoned = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : /T/.test(text) ? `${text}Z` : `${text}T00:00:00Z`;
    const milliseconds = Date.parse(zoned);
    if (Number.isNaN(milliseconds)) throw new UsageError(`${flag} takes a time such as 2018-08-01T09:00Z, not ${text}`);
    return Math.floor(milliseconds / 1000);
  };
}
