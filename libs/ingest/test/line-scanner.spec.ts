import { line } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { scanned } from './scan-line.ts';

const isVouchedFor = (text: string): boolean => scanned(Buffer.from(text)) !== undefined;

describe('the quick way takes', () => {
  it.each([
    ['a plain line', line()],
    ['capitals and spaces in wanted fields', line({ brand: ' OLX  Cars', country: 'PL' })],
    ['an id that is a whole number', line({ user_id: 42 })],
    ['a timestamp as a string and in milliseconds', line({ timestamp: '1533117754000' })],
    ['other fields of any kind', line({ a: 1.5e-3, b: [1, { c: null }], d: 'é "😀', e: true })],
    ['white space wherever it may stand', line({ a: [1] }).replaceAll(/[{}[\]:,]/g, ' $& ') + '\r'],
    ['another field whose key is in capitals', line({ SESSION: 'x' })],
    ['another field whose key has capitals inside', line({ sessionId: 'x' })],
    ['another field whose key begins with a capital', line({ Session: 'x' })],
    ['another field whose key holds a space', line({ 'session id': 'x' })],
  ])('%s', (_, text) => expect(isVouchedFor(text)).toBe(true));
});

describe('the quick way leaves to the definition', () => {
  it.each([
    ['what is no JSON', line().slice(0, -1)],
    ['an escape in a wanted field', line({ brand: '"' })],
    ['text beyond ASCII in a wanted field', line({ brand: 'é' })],
    ['a fraction in a wanted field', line({ user_id: 1.5 })],
    ['a number that a double may not hold', line({ user_id: 1 }).replace(':1}', ':1234567890123456}')],
    ['more than thirty levels', line({ p: JSON.parse('['.repeat(31) + ']'.repeat(31)) })],
  ])('%s', (_, text) => expect(isVouchedFor(text)).toBe(false));
});
