const secondsOf: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

export const durationForm = /^\d+(\.\d+)?(ms|s|m|h|d)$/;

/** The seconds of a duration; its form has been checked. */
export function secondsIn(text: string): number {
  const number = Number.parseFloat(text);
  const unit = /[a-z]+$/.exec(text)![0];
  return number * secondsOf[unit]!;
}
