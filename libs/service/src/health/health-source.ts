/** Further facts for whoever reads the answer, such as the age of the last poll. */
export type CheckDetails = Readonly<Record<string, string | number | boolean | null>>;

/** What a part of a service says of itself. */
export type Check =
  | { readonly ok: true; readonly details?: CheckDetails }
  | { readonly ok: false; readonly why: string; readonly details?: CheckDetails };

/** A part of a service whose state decides about the whole. Both answers are quick: they only look, they ask nobody. */
export interface HealthSource {
  /** Unique in its service. */
  readonly name: string;
  /**
   * Not live is what a restart would heal, such as a consumer that has not polled for long. A server that is down is waited
   * for instead, and a busy moment is no reason either.
   */
  live(): Check;
  /** Not ready is what passes by itself, such as a consumer that has no partitions yet. */
  ready(): Check;
}

/** A service's module provides a `readonly HealthSource[]` under this token, and exports it. */
export const HEALTH_SOURCES = Symbol('HEALTH_SOURCES');
