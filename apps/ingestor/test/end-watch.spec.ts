import { describe, expect, it } from 'vitest';
import { EndWatch } from '../src/end-watch.ts';

describe('a partition counts as read up to the end that it had a while ago', () => {
  it('once the end that was seen then is behind the position', async () => {
    let end = 10;
    const watch = new EndWatch(1, async () => end);
    expect(await watch.isReadUpTo(9, 0, 5)).toBe(false);
    expect(await watch.isReadUpTo(10, 1, 5)).toBe(true);
    end = 12;
    // What came meanwhile is not read, but the end of a second ago was.
    expect(await watch.isReadUpTo(10, 2, 5)).toBe(true);
    expect(await watch.isReadUpTo(10, 6.5, 5)).toBe(false);
    expect(await watch.isReadUpTo(12, 7.5, 5)).toBe(true);
  });

  it('not while nobody says where the end is, but for as long as the last answer is young', async () => {
    let isDown = false;
    const watch = new EndWatch(1, async () => {
      if (isDown) throw new Error('the broker is down');
      return 10;
    });
    expect(await watch.isReadUpTo(10, 0, 5)).toBe(true);
    isDown = true;
    expect(await watch.isReadUpTo(10, 4, 5)).toBe(true);
    expect(await watch.isReadUpTo(10, 6, 5)).toBe(false);
    isDown = false;
    expect(await watch.isReadUpTo(10, 7, 5)).toBe(true);
  });
});
