import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Watermark, lagMax } from '../src/index.ts';

const ten = 1_533_117_600;
const sixHours = 6 * 3600;

function said(...times: readonly [source: string, completeUpTo: number][]): Watermark {
  const watermark = new Watermark();
  for (const [source, completeUpTo] of times) watermark.say(source, completeUpTo);
  return watermark;
}

describe('Watermark', () => {
  it('is before all time as long as nobody has said anything', () => {
    expect(new Watermark().value).toBe(-Infinity);
    expect(new Watermark().of('a')).toBe(-Infinity);
  });

  it('is the least over the sources of the greatest that each has said', () => {
    const watermark = said(['a', ten + 60], ['b', ten], ['a', ten + 30], ['b', ten + 20]);
    expect(watermark.of('a')).toBe(ten + 60);
    expect(watermark.of('b')).toBe(ten + 20);
    expect(watermark.value).toBe(ten + 20);
  });

  it('waits for a source that is six hours behind, and not for one that is more', () => {
    expect(lagMax).toBe(sixHours);
    expect(said(['a', ten], ['b', ten - sixHours]).value).toBe(ten - sixHours);
    expect(said(['a', ten], ['b', ten - sixHours - 1]).value).toBe(ten);
    expect(said(['a', ten], ['b', ten - sixHours - 1], ['c', ten - 5]).value).toBe(ten - 5);
  });

  it('stays where it was when a source comes back from far behind, and waits for it again once it is near', () => {
    const watermark = said(['a', ten], ['b', ten - sixHours - 1]);
    expect(watermark.value).toBe(ten);
    watermark.say('b', ten - 600);
    expect(watermark.value).toBe(ten);
    watermark.say('a', ten + 3600);
    expect(watermark.value).toBe(ten);
    watermark.say('b', ten + 1800);
    expect(watermark.value).toBe(ten + 1800);
  });

  it('is at each moment the furthest that the rule has given, whatever is said', () => {
    const progress = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3 * sixHours));
    fc.assert(
      fc.property(fc.array(progress), (all) => {
        const watermark = new Watermark();
        const furthest: Record<string, number> = {};
        let expected = -Infinity;
        for (const [source, completeUpTo] of all) {
          watermark.say(source, completeUpTo);
          furthest[source] = Math.max(furthest[source] ?? 0, completeUpTo);
          const times = Object.values(furthest).sort((a, b) => a - b);
          expected = Math.max(
            expected,
            times.find((time) => time + sixHours >= times.at(-1)!)!,
          );
          expect(watermark.value).toBe(expected);
          expect(watermark.of(source)).toBe(furthest[source]);
        }
      }),
    );
  });
});
