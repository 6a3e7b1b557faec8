import type { Place } from './place.ts';

/** What contenders are told by their parent: one JSON text. */
export interface Told {
  readonly place: Place;
}

/** Raw files by their keys in the place's bucket; `run` makes files of them that no catalogue knows. */
export interface ToldIngest extends Told {
  readonly keys: readonly string[];
  readonly run: string;
}

export interface ToldProcess extends Told {
  readonly features: readonly string[];
  readonly groupId: string;
  /** Among how many the partitions are dealt out, and when (epoch milliseconds) that surely is over: only then it counts. */
  readonly shared?: { readonly instances: number; readonly startAt: number };
}

export interface ToldWrite extends Told {
  readonly rows: number;
  readonly run: number;
}

export const told = <T extends Told>(): T => JSON.parse(process.argv[2]!) as T;
