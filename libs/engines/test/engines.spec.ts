import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Average, Count, DistinctCount, FirstActionTime, LastActionTime, Max, Min, Sum } from '../src/index.ts';
import { asInt64, distinctCountOf, nearestDouble, registersOf, sumOf } from './brute-force.ts';
import { engineLaws } from './engine-laws.ts';

/** An engine whose recipe is never run. */
const only = <E>(Engine: abstract new () => E): E => new (Engine as new () => E)();

const greatest = Number.MAX_SAFE_INTEGER;
const actions = fc.array(fc.constant(undefined));
const timestamps = fc.array(fc.integer({ min: 946_684_800, max: 4_102_444_799 }));
const wholeNumber = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.maxSafeInteger(),
  fc.constantFrom(greatest, -greatest),
);
// A thousand of the greatest numbers leave INT64.
const wholeNumbers = fc.oneof(
  { weight: 8, arbitrary: fc.array(wholeNumber) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(greatest, greatest - 1, 1), { minLength: 1000, maxLength: 1200, size: 'max' }),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(-greatest, 2 - greatest, 7), { minLength: 1500, maxLength: 1700, size: 'max' }),
  },
);
const manyTexts = fc.record({
  length: fc.integer({ min: 500, max: 1500 }),
  different: fc.integer({ min: 490, max: 1500 }),
});
const texts = fc.oneof(
  fc.array(fc.string({ unit: 'grapheme' })),
  manyTexts.map(({ length, different }) => Array.from({ length }, (_, i) => `text ${(i * 7919) % different}`)),
);

const count = only(Count);
const firstActionTime = only(FirstActionTime);
const lastActionTime = only(LastActionTime);
const min = only(Min);
const max = only(Max);
const sum = only(Sum);
const average = only(Average);
const distinctCount = only(DistinctCount);

const least = (values: readonly number[]) => [...values].sort((a, b) => a - b)[0];
const greatestOf = (values: readonly number[]) => [...values].sort((a, b) => b - a)[0];

engineLaws('Count', count, actions, (values) => values.length);
engineLaws('FirstActionTime', firstActionTime, timestamps, least);
engineLaws('LastActionTime', lastActionTime, timestamps, greatestOf);
engineLaws('Min', min, wholeNumbers, least);
engineLaws('Max', max, wholeNumbers, greatestOf);
engineLaws('Sum', sum, wholeNumbers, (values) => asInt64(sumOf(values)));
engineLaws('Average', average, wholeNumbers, (values) => nearestDouble(sumOf(values), values.length));
engineLaws('DistinctCount', distinctCount, texts, distinctCountOf);

describe('Sum', () => {
  const total = (values: readonly number[]) =>
    sum.result(values.reduce((state, value) => sum.add(state, value), sum.empty()));

  it('is exact above 2^53, where doubles skip numbers', () => {
    expect(total([greatest, 2])).toBe(9_007_199_254_740_993n);
    expect(total([greatest, 2, -3])).toBe(greatest - 1);
  });

  it('stops at the limits of INT64, and comes back from beyond them', () => {
    const beyond = Array.from({ length: 1025 }, () => greatest);
    const back = beyond.map((value) => -value);
    expect(total(beyond)).toBe(9_223_372_036_854_775_807n);
    expect(total(back)).toBe(-9_223_372_036_854_775_808n);
    expect(total([...beyond, 5, ...back])).toBe(5);
  });
});

describe('Average', () => {
  const mean = (values: readonly number[]) =>
    average.result(values.reduce((state, value) => average.add(state, value), average.empty()));

  it('is in the units of its field: 19.99 and 20.00, as hundredths, average to 1999.5', () => {
    expect(mean([1999, 2000])).toBe(1999.5);
  });

  it('rounds once, also where the sum is no double', () => {
    // A third of 2^54 + 3 is 6004799503160662 and a third; with the sum rounded to 2^54 + 4 first it would end in 3.
    expect(mean([greatest, greatest, 5])).toBe(6_004_799_503_160_662);
    expect(mean([-greatest, -greatest, -5])).toBe(-6_004_799_503_160_662);
  });
});

describe('DistinctCount', () => {
  const sketchOf = (from: number, to: number) => {
    let sketch = distinctCount.empty();
    for (let i = from; i < to; i++) sketch = distinctCount.add(sketch, `device-${i}`);
    return sketch;
  };

  it('is exact up to 512 different texts, however often they come', () => {
    expect(distinctCount.result(distinctCount.merge(sketchOf(0, 300), sketchOf(100, 512)))).toBe(512);
  });

  it('has the same registers, whether 513 texts came one by one or in overlapping halves', () => {
    const oneByOne = sketchOf(0, 513);
    expect(oneByOne).toBeInstanceOf(Uint8Array);
    expect(distinctCount.merge(sketchOf(0, 400), sketchOf(200, 513))).toEqual(oneByOne);
    expect(distinctCount.merge(sketchOf(512, 513), sketchOf(0, 512))).toEqual(oneByOne);
  });

  it('holds the greatest rank of each register beyond 512 texts', () => {
    const devices = Array.from({ length: 20_000 }, (_, i) => `device-${i}`);
    expect(sketchOf(0, devices.length)).toEqual(registersOf(devices));
  });

  it.each([513, 1000, 3000, 8000, 12_000, 30_000, 100_000])(
    'has no bias and a standard error of 1.6 percent at %i texts',
    (size) => {
      const samples = size > 20_000 ? 5 : 20;
      const errors = Array.from({ length: samples }, (_, sample) => {
        const estimate = distinctCount.result(sketchOf(sample * 1e6, sample * 1e6 + size));
        return Number(estimate) / size - 1;
      });
      const bias = errors.reduce((sum, error) => sum + error, 0) / samples;
      const rootMeanSquare = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / samples);
      expect(rootMeanSquare).toBeLessThan(0.025);
      expect(Math.abs(bias)).toBeLessThan((3 * 0.016) / Math.sqrt(samples));
    },
  );
});
