import type { BackfilledStore } from '../../../test/expected.ts';
import type { StoredObject, StoredPart } from '../stores.ts';
import { differences } from './differences.ts';

/** The objects are those of a backfill, byte for byte. One without rows counts as none. */
export function unequalObjects(
  expected: Pick<BackfilledStore, 'objects'>,
  objects: ReadonlyMap<string, StoredObject>,
  parts: readonly StoredPart[],
): string[] {
  const empty = new Set(parts.filter(({ rows, state }) => rows === 0 && state === 'written').map(({ name }) => name));
  const found = [...objects].filter(([name]) => !empty.has(name)).map(([name, { sha256 }]) => `${name} ${sha256}`);
  const wanted = Object.entries(expected.objects()).map(([name, hash]) => `${name} ${hash}`);
  return differences('objects', wanted, found);
}

/** Every object is one that the catalogue names, in the revision that it says. */
export function orphans(objects: ReadonlyMap<string, StoredObject>, parts: readonly StoredPart[]): string[] {
  const written = new Map(parts.filter(({ state }) => state === 'written').map((part) => [part.name, part]));
  const found = [...objects].flatMap(([name, { etag }]) => {
    const part = written.get(name);
    if (!part) return [`orphan: no part of the catalogue has ${name}`];
    const said = part.etag?.replaceAll('"', '');
    return said === etag ? [] : [`orphan: ${name} has the ETag ${etag}, and the catalogue says ${said}`];
  });
  const missing = [...written.values()].filter(({ rows, name }) => rows > 0 && !objects.has(name));
  return [...found, ...missing.map(({ name }) => `objects: the catalogue has ${name} written, and there is none`)];
}
