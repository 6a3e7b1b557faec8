import type { Leases } from '@neartime/streams';
import { MemoryLeases } from '@neartime/streams/memory';
import { describe, expect, it } from 'vitest';
import { HeldLease, LeaseLost } from '../../src/forwarders/held-lease.ts';
import { SetClock } from '../set-clock.ts';
import { until } from '../until.ts';

const name = 'listing/raw/in/';

/** Leases that count how often one was renewed. */
class CountingLeases extends MemoryLeases {
  renewals = 0;

  override async renew(...claim: Parameters<MemoryLeases['renew']>): Promise<boolean> {
    const isHeld = await super.renew(...claim);
    this.renewals += 1;
    return isHeld;
  }
}

/** Processes that share leases; each renews all the time. */
function pair() {
  const leases = new CountingLeases();
  const clock = new SetClock('2018-08-01T10:00:00Z');
  const of = (owner: string, its: Leases = leases) => ({ leases: its, owner, clock, seconds: 30, renewEveryMs: 2 });
  return { leases, clock, of };
}

describe('a held lease', () => {
  it('stays held for longer than it was taken for', async () => {
    const { leases, clock, of } = pair();
    await using held = (await HeldLease.take(name, of('a')))!;
    for (let seconds = 0; seconds < 100; seconds += 20) {
      clock.move(20);
      const before = leases.renewals;
      // The first may have been under way when the clock was moved.
      await until(() => leases.renewals >= before + 2, 'it was renewed');
      expect(await HeldLease.take(name, of('c'))).toBeUndefined();
    }
    expect(held.signal.aborted).toBe(false);
  });

  it('says that it is lost when another has it, and leaves no note then', async () => {
    const { leases, clock, of } = pair();
    await using held = (await HeldLease.take(name, { ...of('a'), renewEveryMs: 1e6 }))!;
    await held.leave('one');
    clock.move(31);
    await using other = (await HeldLease.take(name, of('b')))!;
    expect(other.note).toBe('one');
    await expect(held.leave('two')).rejects.toThrow(LeaseLost);
    expect(held.signal.aborted).toBe(true);
    await held[Symbol.asyncDispose]();
    expect(await leases.take({ name, owner: 'c', now: clock.now(), until: clock.now() + 1 })).toBeUndefined();
  });

  it('is lost when its time is over while the leases cannot be reached, and not before', async () => {
    const { leases, clock, of } = pair();
    let tries = 0;
    const unreachable: Leases = {
      take: (claim) => leases.take(claim),
      end: (claim) => leases.end(claim),
      renew: () => Promise.reject(new Error(`down ${++tries}`)),
    };
    await using held = (await HeldLease.take(name, of('a', unreachable)))!;
    clock.move(29);
    await until(() => tries > 3, 'renewing was tried');
    expect(held.signal.aborted).toBe(false);
    clock.move(1);
    await until(() => held.signal.aborted, 'it is lost');
  });

  it('is free at once when it was given back, with its note', async () => {
    const { of } = pair();
    {
      await using held = (await HeldLease.take(name, of('a')))!;
      await held.leave('half');
    }
    await using other = (await HeldLease.take(name, of('b')))!;
    expect(other.note).toBe('half');
  });
});
