import { type Lease, type LeaseClaim, type Leases, isOver } from '@neartime/streams';
import type { CassandraSession } from './session.ts';

const table = `CREATE TABLE IF NOT EXISTS leases (name text PRIMARY KEY, owner text, until double, turn int, note text)`;

/** Leases as rows that only light-weight transactions write. */
export class CassandraLeases implements Leases {
  readonly #session: CassandraSession;

  private constructor(session: CassandraSession) {
    this.#session = session;
  }

  static async over(session: CassandraSession): Promise<CassandraLeases> {
    await session.define([table]);
    return new CassandraLeases(session);
  }

  async take({ name, owner, now, until }: LeaseClaim): Promise<Lease | undefined> {
    const standing = await this.#session.one(
      'SELECT owner, until, turn, note FROM leases WHERE name = ?',
      [name],
      'serial',
    );
    if (!standing) {
      const against = await this.#session.transact(
        'INSERT INTO leases (name, owner, until, turn) VALUES (?, ?, ?, 1) IF NOT EXISTS',
        [name, owner, until],
      );
      return against ? undefined : { turn: 1, note: undefined };
    }
    const holder = standing['owner'];
    const isFree = holder === null || holder === owner || isOver(Number(standing['until']), now);
    if (!isFree) return undefined;
    const turn = Number(standing['turn']);
    // Whoever took or renewed it meanwhile has changed one of these.
    const against = await this.#session.transact(
      'UPDATE leases SET owner = ?, until = ?, turn = ? WHERE name = ? IF turn = ? AND owner = ? AND until = ?',
      [owner, until, turn + 1, name, turn, standing['owner'], standing['until']],
    );
    return against ? undefined : { turn: turn + 1, note: (standing['note'] as string | null) ?? undefined };
  }

  async renew({ name, owner, until }: LeaseClaim, note?: string): Promise<boolean> {
    const against =
      note === undefined
        ? await this.#session.transact('UPDATE leases SET until = ? WHERE name = ? IF owner = ?', [until, name, owner])
        : await this.#session.transact('UPDATE leases SET until = ?, note = ? WHERE name = ? IF owner = ?', [
            until,
            note,
            name,
            owner,
          ]);
    return against === undefined;
  }

  async end({ name, owner }: Pick<LeaseClaim, 'name' | 'owner'>): Promise<void> {
    await this.#session.transact('UPDATE leases SET owner = null, until = null WHERE name = ? IF owner = ?', [
      name,
      owner,
    ]);
  }
}
