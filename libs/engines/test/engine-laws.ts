import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine, InputSchema, InputValue } from '../src/engine.ts';
import type { Feature } from '../src/feature.ts';
import { stateColumn } from '../src/state-column.ts';

/**
 * The laws of every engine: its result is what the brute force makes of the values, bit for bit, in whatever order they
 * come, however they are grouped before merging, and whatever crosses a thread on the way. A state depends on the
 * values alone too, and nobody writes into the second argument of `merge`.
 */
export function engineLaws<Input extends InputSchema, State>(
  name: string,
  engine: Engine<Input, State>,
  arbitraryOfValues: fc.Arbitrary<InputValue<Input>[]>,
  bruteForce: (values: readonly InputValue<Input>[]) => number | bigint,
): void {
  type Value = InputValue<Input>;
  const fold = (values: readonly Value[], from = engine.empty()): State =>
    values.reduce<State>((state, value) => engine.add(state, value), from);
  const afterThread = (state: State): State => engine.unpack(structuredClone(engine.pack(state)));
  const image = (state: State): unknown => structuredClone(engine.pack(state));
  const someValues = arbitraryOfValues.filter((values) => values.length > 0);
  const shuffled = someValues.chain((values) =>
    fc.record({ values: fc.constant(values), order: fc.shuffledSubarray(values, { minLength: values.length }) }),
  );
  const choices = fc.infiniteStream(fc.nat());

  describe(`the laws of ${name}`, () => {
    it('gives what a brute-force reduce gives', () => {
      fc.assert(
        fc.property(someValues, (values) => {
          expect(engine.result(fold(values))).toBe(bruteForce(values));
        }),
      );
    });

    it('does not depend on the order of the values', () => {
      fc.assert(
        fc.property(shuffled, ({ values, order }) => {
          expect(engine.result(fold(order))).toBe(bruteForce(values));
          expect(image(fold(order))).toEqual(image(fold(values)));
        }),
      );
    });

    it('does not depend on the grouping, on the order of merging, on empty groups or on crossing a thread', () => {
      fc.assert(
        fc.property(shuffled, fc.integer({ min: 1, max: 8 }), choices, ({ values, order }, groups, stream) => {
          const choose = (bound: number) => stream.next().value! % bound;
          const parts: Value[][] = Array.from({ length: groups }, () => []);
          for (const value of order) parts[choose(groups)].push(value);
          const states = parts.map((part) => fold(part));
          while (states.length > 1) {
            const [into] = states.splice(choose(states.length), 1);
            const [other] = states.splice(choose(states.length), 1);
            const merged = engine.merge(choose(2) ? afterThread(into) : into, choose(2) ? afterThread(other) : other);
            states.push(choose(4) ? merged : engine.merge(engine.empty(), merged));
          }
          expect(engine.result(states[0])).toBe(bruteForce(values));
          expect(image(states[0])).toEqual(image(fold(values)));
        }),
      );
    });

    it('leaves the second state of a merge as it was, then and later', () => {
      fc.assert(
        fc.property(arbitraryOfValues, someValues, arbitraryOfValues, (values, others, later) => {
          const other = fold(others);
          const before = image(other);
          fold(later, engine.merge(fold(values), other));
          expect(image(other)).toEqual(before);
          expect(engine.result(other)).toBe(bruteForce(others));
        }),
      );
    });

    it('keeps the keys of a column apart, also when the column crosses a thread and is merged into another', () => {
      fc.assert(
        fc.property(fc.array(someValues, { minLength: 1, maxLength: 4 }), (byKey) => {
          const column = stateColumn(engine as unknown as Feature['engine']);
          byKey.forEach((values, key) => values.forEach((value) => column.add(key, value)));
          const packed = structuredClone(column.pack(byKey.length));
          const merged = stateColumn(engine as unknown as Feature['engine']);
          byKey.forEach((_, key) => merged.merge(key, packed, key));
          byKey.forEach((values, key) => expect(merged.result(key)).toBe(bruteForce(values)));
        }),
        { numRuns: 30 },
      );
    });
  });
}
