/** A double holds every number of so many digits. */
const exactDigits: u32 = 15;
const none: f64 = NaN;

/** The number that `walkDigits` walked over; NaN when it had no digit or too many. */
export let number: f64 = none;

/** Walks over decimal digits. */
// @ts-ignore: decorator
@inline
export function walkDigits(start: u32): u32 {
  let at = start;
  let value: i64 = 0;
  let digit = <u32>load<u8>(at) - 48;
  while (digit < 10) {
    value = value * 10 + digit;
    digit = <u32>load<u8>(++at) - 48;
  }
  number = at == start || at - start > exactDigits ? none : <f64>value;
  return at;
}
