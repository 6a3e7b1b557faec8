import type { PartRows, RowKey } from '@neartime/schemas';
import {
  type OnlineRow,
  type OnlineTable,
  type OnlineWrite,
  type RevisableOnlineStore,
  type Withdrawal,
  writeTimeOf,
} from '../online-store.ts';

/** What stands of a key in a window. */
interface Standing {
  readonly writeTime: number;
  /** `undefined`: a revision does not have the key any more. */
  readonly row: OnlineRow | undefined;
}

/** Rows in memory, for tests: it keeps every window of every key, and so gives the latest by its definition. */
export class MemoryOnlineStore implements RevisableOnlineStore {
  readonly #keys = new Map<string, Map<number, Standing>>();

  async write(writes: readonly OnlineWrite[]): Promise<void> {
    for (const { table, window, revision, rows, writtenAt } of writes)
      for (const [row, key] of keysOf(rows).entries()) {
        const [final, number] = 'final' in revision ? [true, revision.final] : [false, 0];
        const value = smallest(rows.values[row]!);
        const standing = { ...key, value, window, final, revision: number, writtenAt };
        this.#put(table, key, window, { writeTime: writeTimeOf(window, revision), row: standing });
      }
  }

  async withdraw({ table, window, revision, keys }: Withdrawal): Promise<void> {
    const writeTime = writeTimeOf(window, { final: revision });
    for (const key of keys) this.#put(table, key, window, { writeTime, row: undefined });
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    return this.latest(table).filter((row) => row.id === id);
  }

  /** The latest row of every key, in order. */
  latest({ feature }: Pick<OnlineTable, 'feature'>): OnlineRow[] {
    const latest = [...this.#keys].flatMap(([name, windows]) => {
      if ((JSON.parse(name) as string[])[0] !== feature) return [];
      const rows = [...windows.values()].flatMap(({ row }) => row ?? []);
      return rows.sort((a, b) => b.window - a.window).slice(0, 1);
    });
    return latest.sort((a, b) => inBytes(a.id, b.id) || inBytes(a.country, b.country) || inBytes(a.brand, b.brand));
  }

  #put({ feature }: OnlineTable, { id, country, brand }: RowKey, window: number, standing: Standing): void {
    const name = JSON.stringify([feature, id, country, brand]);
    const windows = this.#keys.get(name) ?? new Map<number, Standing>();
    this.#keys.set(name, windows);
    if (standing.writeTime >= (windows.get(window)?.writeTime ?? -Infinity)) windows.set(window, standing);
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const keysOf = ({ rows, ids, offsets, pairs, pair }: PartRows): RowKey[] =>
  Array.from({ length: rows }, (_, row) => ({
    id: decoder.decode(ids.subarray(offsets[row], offsets[row + 1])),
    ...pairs[pair[row]!]!,
  }));

const smallest = (value: number | bigint): number | bigint =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;

const inBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
