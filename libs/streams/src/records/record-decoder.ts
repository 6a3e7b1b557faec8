import { setTimeout as sleep } from 'node:timers/promises';
import { type AvroRecord, fullName } from '@neartime/schemas';
import type { Resolver, Type } from 'avsc';
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

const notThere = Symbol('not there');
const mostTries = 5;

/** Decodes records of a few schemas, whatever version of them they were written with. */
export class RecordDecoder {
  readonly #registry: SchemaRegistry;
  readonly #missedPauseMs: number;
  readonly #readers = new Map<string, Reader>();
  readonly #ways = new Map<number, Way>();

  /** `missedPauseMs`: how long it waits before it asks again for a schema that the registry does not have. */
  constructor(registry: SchemaRegistry, readers: readonly ReaderSchema[], missedPauseMs = 500) {
    this.#missedPauseMs = missedPauseMs;
    this.#registry = registry;
    for (const { record, inPlace, ...reading } of readers)
      this.#readers.set(fullName(record), { type: avroType(record, reading), own: avroType(record), inPlace });
  }

  /** Learns the schemas of some records. Throws when the registry cannot be asked. */
  async prepare(values: Iterable<Uint8Array>): Promise<void> {
    for (const value of values) {
      const id = idOf(value);
      if (id !== undefined && !this.#ways.has(id)) this.#ways.set(id, await this.#findSoon(id));
    }
  }

  /** Decodes a record whose schema was prepared. */
  decode(value: Uint8Array): Decoded {
    const id = idOf(value);
    if (id === undefined) return { undecodable: 'it is no record in the Confluent wire format' };
    const way = this.#ways.get(id) ?? { undecodable: `schema ${id} was not looked up` };
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

  /** A registry of several nodes may not have heard of a schema yet that its sender was given a moment ago. */
  async #findSoon(id: number): Promise<Way> {
    for (let tries = 1; ; tries++) {
      const way = await this.#find(id);
      if (way !== notThere) return way;
      if (tries === mostTries) return { undecodable: `schema ${id} is not in the registry` };
      await sleep(this.#missedPauseMs);
    }
  }

  async #find(id: number): Promise<Way | typeof notThere> {
    const written = await this.#registry.schema(id);
    if (!written) return notThere;
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
