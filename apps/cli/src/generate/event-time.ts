import type { Random } from './random.ts';

/** A file holds what happened in the ten minutes before it, … */
const spanSeconds = 600;
/** … in about the order in which it happened: a device sends a few lines at a time. */
const meanSendingSeconds = 15;

const minute = 60;
const day = 86_400;
const meanLateSeconds = 12 * minute;
/** Of the late lines: devices that were away since the same hour of an earlier day. */
const shareOfDaysLate = 0.005;

/** How many seconds before its file time a line's event happened; `progress` is its place in the file, 0 to 1. */
export function ageOnTime(progress: number, random: Random): number {
  const age = (1 - progress) * spanSeconds + random.exponential(meanSendingSeconds);
  return Math.min(Math.floor(age), spanSeconds);
}

/** The same for a line that comes later than its file's ten minutes: by minutes, an hour and more, rarely by days. */
export function ageLate(random: Random): number {
  if (random.chance(shareOfDaysLate)) return (1 + random.below(3)) * day + random.below(60 * minute);
  return spanSeconds + minute + Math.floor(random.exponential(meanLateSeconds));
}
