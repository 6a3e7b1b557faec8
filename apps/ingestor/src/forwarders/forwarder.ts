import type { CheckDetails } from '@neartime/service';

/** Brings notices from elsewhere into the log, until it is disposed of: that takes a moment, and what is in hand may be left to others. */
export interface Forwarder extends AsyncDisposable {
  /** What it says of itself: what it holds, and what is in its way. */
  state(): CheckDetails;
}

/** Hears what forwarders do. */
export interface ForwarderListener {
  /** The instance has a lease and does its work from now on. */
  taken(lease: string): void;
  /** It does that work no longer. */
  left(lease: string, why: LeftBecause): void;
  /** A listing has found files that nobody knew, some of them from sources that nobody knew. */
  listed(listing: string, found: { readonly files: number; readonly newSources: number }): void;
  /** Something did not work, and is tried again. */
  trouble(what: string, error: unknown): void;
}

export type LeftBecause = 'it was lost to another instance' | 'others have less' | 'it is at its end' | 'it failed';
