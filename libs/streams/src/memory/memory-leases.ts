import { type Lease, type LeaseClaim, type Leases, isOver } from '../leases.ts';

interface Row {
  owner: string | undefined;
  until: number;
  turn: number;
  note: string | undefined;
}

/** Leases in memory. */
export class MemoryLeases implements Leases {
  readonly #rows = new Map<string, Row>();

  async take({ name, owner, now, until }: LeaseClaim): Promise<Lease | undefined> {
    const row = this.#rows.get(name);
    if (row?.owner !== undefined && row.owner !== owner && !isOver(row.until, now)) return undefined;
    const turn = (row?.turn ?? 0) + 1;
    this.#rows.set(name, { owner, until, turn, note: row?.note });
    return { turn, note: row?.note };
  }

  async renew({ name, owner, until }: LeaseClaim, note?: string): Promise<boolean> {
    const row = this.#rows.get(name);
    if (row?.owner !== owner) return false;
    row.until = until;
    row.note = note ?? row.note;
    return true;
  }

  async end({ name, owner }: Pick<LeaseClaim, 'name' | 'owner'>): Promise<void> {
    const row = this.#rows.get(name);
    if (row?.owner === owner) row.owner = undefined;
  }
}
