import { describe, expect, it } from 'vitest';
import { reasonOf } from '../src/reason.ts';

describe('the reason of an error, in one line', () => {
  it.each<[string, unknown, string]>([
    ['its message', new Error('a'), 'a'],
    ['its causes', new Error('a', { cause: new Error('b', { cause: new Error('c') }) }), 'a: b: c'],
    ['line ends', new Error('a\n  b\n'), 'a b'],
    ['no cause twice', new Error('kafka: gone: timeout', { cause: new Error('timeout') }), 'kafka: gone: timeout'],
    ['an error without a message', new TypeError(), 'TypeError'],
    ['a text', 'a', 'a'],
    ['nothing', undefined, 'undefined'],
  ])('%s', (_, error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });

  it('ends for an error that is its own cause', () => {
    const error = new Error('a');
    error.cause = error;
    expect(reasonOf(error)).toBe('a');
  });
});
