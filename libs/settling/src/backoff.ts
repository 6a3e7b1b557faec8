import type { Differing } from '@neartime/streams';

const dayInSeconds = 86_400;

/**
 * When a window that differs is reprocessed: `first` seconds after it was found to, then twice as long after each time that it was,
 * up to a day. So a storm of late files costs one reading a step.
 */
export function putOffFrom(standing: Differing | undefined, now: number, first: number): Differing {
  const attempts = standing?.attempts ?? 0;
  return { attempts: attempts + 1, dueAt: now + Math.min(first * 2 ** attempts, dayInSeconds) };
}
