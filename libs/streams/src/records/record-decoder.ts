import { setTimeout as sleep } from 'node:timers/promises';
import { type AvroRecord, fullName } from '@neartime/schemas';
import type { Resolver, Type } from 'avsc';
import { type Clock, systemClock } from '../clock.ts';
import { type Reading, avroType } from './avro-type.ts';
import { prefixBytes } from './record-encoder.ts';
import type { SchemaRegistry } from './schema-registry.ts';

/** A schema that a reader knows, and how it wants the values. */
export interface ReaderSchema extends Reading {
  readonly record: AvroRecord;
  /**
   * Reads the Avro bytes from `from` on, of a record that was written with this very schema: for who can do without an object. What
   * it gives may be used again for the next record. Throws when the bytes are not those of one record.
   */
  readonly inPlace?: (bytes: Uint8Array, from: number) => unknown;
}

interface Reader {
  readonly type: Type;
  /** The schema as others read it, to be compared. */
  readonly own: Type;
  readonly inPlace: ReaderSchema['inPlace'];
}

/** A value with the name of its schema, or why there is none. */
export type Decoded = { readonly is: string; readonly value: unknown } | { readonly undecodable: string };

type Way =
  | { readonly is: string; readonly inPlace: (bytes: Uint8Array, from: number) => unknown }
  | { readonly is: string; readonly type: Type; readonly resolver: Resolver | undefined }
  | { readonly undecodable: string };

/** Times at which schemas are asked for that the registry does not have. */
export interface Asking {
  readonly clock: Pick<Clock, 'elapsed'>;
  /** Milliseconds between the first tries, while records wait: a registry of several nodes may not have heard of it yet. */
  readonly pauseMs: number;
  /** Seconds after which it is asked again, once the records that came meanwhile were undecodable. */
  readonly againAfter: number;
}

const mostTries = 5;
/** So many ids that nobody knows are remembered: whoever makes them up must not fill the memory. */
const mostMissing = 10_000;

/** Decodes records of a few schemas, whatever version of them they were written with. */
export class RecordDecoder {
  readonly #registry: SchemaRegistry;
  readonly #asking: Asking;
  readonly #readers = new Map<string, Reader>();
  readonly #ways = new Map<number, Way>();
  /** Ids that the registry does not have, with when it is asked again. */
  readonly #missing = new Map<number, number>();

  constructor(registry: SchemaRegistry, readers: readonly ReaderSchema[], asking: Partial<Asking> = {}) {
    this.#registry = registry;
    this.#asking = { clock: systemClock, pauseMs: 500, againAfter: 60, ...asking };
    for (const { record, inPlace, ...reading } of readers)
      this.#readers.set(fullName(record), { type: avroType(record, reading), own: avroType(record), inPlace });
  }

  /** Learns the schemas of some records. Throws when the registry cannot be asked. */
  async prepare(values: Iterable<Uint8Array>): Promise<void> {
    const unknown = new Set<number>();
    for (const value of values) {
      const id = idOf(value);
      if (id !== undefined && !this.#ways.has(id)) unknown.add(id);
    }
    if (unknown.size > 0) await this.#learn(unknown);
  }

  /** Decodes a record whose schema was prepared. */
  decode(value: Uint8Array): Decoded {
    const id = idOf(value);
    if (id === undefined) return { undecodable: 'it is no record in the Confluent wire format' };
    const way = this.#ways.get(id) ?? { undecodable: `schema ${id} is not in the registry` };
    if ('undecodable' in way) return way;
    const { is } = way;
    try {
      if ('inPlace' in way) return { is, value: way.inPlace(value, prefixBytes) };
      const { type, resolver } = way;
      const bytes = Buffer.from(value.buffer, value.byteOffset + prefixBytes, value.length - prefixBytes);
      return { is, value: type.fromBuffer(bytes, resolver) };
    } catch (error) {
      return { undecodable: `it is no ${is} of schema ${id}: ${(error as Error).message}` };
    }
  }

  /** One that was never asked for is waited for a little; one that was missing is asked for once, now and then. */
  async #learn(ids: Iterable<number>): Promise<void> {
    const now = this.#asking.clock.elapsed();
    const due = [...ids].filter((id) => (this.#missing.get(id) ?? -Infinity) <= now);
    let left = await this.#ask(due);
    for (let tries = 1; tries < mostTries; tries++) {
      left = left.filter((id) => !this.#missing.has(id));
      if (left.length === 0) break;
      await sleep(this.#asking.pauseMs);
      left = await this.#ask(left);
    }
    if (this.#missing.size > mostMissing) this.#missing.clear();
    const again = this.#asking.clock.elapsed() + this.#asking.againAfter;
    for (const id of due) if (!this.#ways.has(id)) this.#missing.set(id, again);
  }

  /** Gives those that are not there. */
  async #ask(ids: readonly number[]): Promise<number[]> {
    const left: number[] = [];
    for (const id of ids) {
      const way = await this.#find(id);
      if (!way) {
        left.push(id);
        continue;
      }
      this.#ways.set(id, way);
      this.#missing.delete(id);
    }
    return left;
  }

  async #find(id: number): Promise<Way | undefined> {
    const written = await this.#registry.schema(id);
    if (!written) return undefined;
    if (written === 'other') return { undecodable: `schema ${id} is no record of Avro` };
    const is = fullName(written);
    const reader = this.#readers.get(is);
    if (!reader) return { undecodable: `a ${is} does not belong here` };
    const { type, own, inPlace } = reader;
    try {
      const theirs = avroType(written);
      if (inPlace && own.equals(theirs)) return { is, inPlace };
      return { is, type, resolver: type.createResolver(theirs) };
    } catch (error) {
      return { undecodable: `schema ${id} cannot be read as ${is}: ${(error as Error).message}` };
    }
  }
}

const idOf = (value: Uint8Array): number | undefined =>
  value.length >= prefixBytes && value[0] === 0
    ? (value[1]! << 24) | (value[2]! << 16) | (value[3]! << 8) | value[4]!
    : undefined;
