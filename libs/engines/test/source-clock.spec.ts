import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceClock, Watermark } from '../src/index.ts';

const idleAfter = 300;
const ten = 1_533_117_600;
const android = 'in/olx/android/';

describe('SourceClock', () => {
  it('knows nothing of a source that has said nothing', () => {
    expect(new SourceClock(idleAfter).completeUpTo(android, 1e6)).toBe(-Infinity);
  });

  it('has a source complete up to its last file, whatever order files come in', () => {
    const clock = new SourceClock(idleAfter);
    clock.fileDone(android, ten + 60, 1);
    clock.fileDone(android, ten, 2);
    expect(clock.completeUpTo(android, 2)).toBe(ten + 60);
  });

  it('moves a source on once it is silent for longer than idleAfter, by the time since that', () => {
    //   file   + 300 s      + 100 s
    //    |-------|------------|
    //   10:00   10:00        10:01:40
    const clock = new SourceClock(idleAfter);
    clock.fileDone(android, ten, 50);
    expect(clock.completeUpTo(android, 50 + idleAfter)).toBe(ten);
    expect(clock.completeUpTo(android, 50 + idleAfter + 100)).toBe(ten + 100);
  });

  it('waits anew after each file, for its source alone', () => {
    const clock = new SourceClock(idleAfter);
    clock.fileDone(android, ten, 0);
    clock.fileDone('in/olx/ios/', ten, 0);
    clock.fileDone(android, ten + 200, 200);
    expect(clock.completeUpTo(android, 450)).toBe(ten + 200);
    expect(clock.completeUpTo('in/olx/ios/', 450)).toBe(ten + 150);
    expect(clock.sources()).toEqual([android, 'in/olx/ios/']);
  });

  it.each([
    { secondsAgo: 0, counted: 0 },
    { secondsAgo: 599, counted: 599 },
    { secondsAgo: 600, counted: 600 },
    { secondsAgo: 86_400, counted: 600 },
    { secondsAgo: -3600, counted: 0 },
  ])('counts $counted s of the $secondsAgo s that nobody was there', ({ secondsAgo, counted }) => {
    const clock = new SourceClock(idleAfter);
    clock.resume(android, ten, secondsAgo, 1000);
    expect(clock.completeUpTo(android, 1000)).toBe(ten + Math.max(0, counted - idleAfter));
    expect(clock.completeUpTo(android, 1000 + idleAfter)).toBe(ten + counted);
  });

  it('does not go back to a late file after a takeover', () => {
    const clock = new SourceClock(idleAfter);
    clock.resume(android, ten, 0, 0);
    clock.fileDone(android, ten - 3600, 1);
    expect(clock.completeUpTo(android, 1)).toBe(ten);
  });

  it('never goes back while no file comes, and is never ahead of the time that went by', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.nat(1000), (gaps, doneAt) => {
        const clock = new SourceClock(idleAfter);
        clock.fileDone(android, ten, doneAt);
        let elapsed = doneAt;
        let before = ten;
        for (const gap of gaps) {
          const now = clock.completeUpTo(android, (elapsed += gap));
          expect(now).toBeGreaterThanOrEqual(before);
          expect(now).toBeLessThanOrEqual(ten + elapsed - doneAt);
          before = now;
        }
      }),
    );
  });

  it('never takes a source back, nor the watermark, when what it says is said to a watermark', () => {
    const source = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ is: fc.constant('file' as const), source, fileTime: fc.nat(50_000) }),
      fc.record({ is: fc.constant('resume' as const), source, fileTime: fc.nat(50_000) }),
      fc.record({ is: fc.constant('wait' as const), source, fileTime: fc.nat(2000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new SourceClock(idleAfter);
        const watermark = new Watermark();
        const seen = () => [...['a', 'b', 'c'].map((name) => watermark.of(name)), watermark.value];
        let elapsed = 0;
        for (const { is, source: name, fileTime } of steps) {
          const before = seen();
          if (is === 'file') clock.fileDone(name, fileTime, elapsed);
          else if (is === 'resume') clock.resume(name, fileTime, 100, elapsed);
          else elapsed += fileTime;
          for (const known of clock.sources()) watermark.say(known, clock.completeUpTo(known, elapsed));
          for (const [i, time] of seen().entries()) expect(time).toBeGreaterThanOrEqual(before[i]);
        }
      }),
    );
  });
});
