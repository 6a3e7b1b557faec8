import type { Clock } from '@neartime/streams';

/** A clock that stands until it is moved. */
export class SetClock implements Clock {
  #now: number;
  #elapsed = 0;

  constructor(now: string) {
    this.#now = Date.parse(now) / 1000;
  }
  now(): number {
    return this.#now;
  }
  elapsed(): number {
    return this.#elapsed;
  }
  move(seconds: number): void {
    this.#now += seconds;
    this.#elapsed += seconds;
  }
}
