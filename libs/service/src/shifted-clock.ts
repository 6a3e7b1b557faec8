import { type Clock, systemClock } from '@neartime/streams';

/** A clock that shows `seconds` more than `clock` and runs as it does: old files are new to whoever reads it. */
export const shiftedClock = (seconds: number, clock: Clock = systemClock): Clock => ({
  now: () => clock.now() + seconds,
  elapsed: () => clock.elapsed(),
});
