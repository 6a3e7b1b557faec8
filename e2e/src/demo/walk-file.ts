import { gzipSync } from 'node:zlib';

/** A raw file of somebody who looks at an item, signs in and posts one of their own, and where its rows will be. */
export interface WalkFile {
  readonly key: string;
  readonly body: Buffer;
  readonly id: string;
  /** Epoch seconds. */
  readonly window: number;
  /** The rows that it makes: by feature the column and the value. */
  readonly rows: Readonly<Record<string, readonly [column: string, value: number]>>;
}

const windowSeconds = 600;
/** A line may be so many seconds later than its file, and a file later than the clock; both less a little for clocks that differ. */
const ahead = 290;

/**
 * The first time from `now` on that lies in a window that is open for sure, when sources said that they are complete up to
 * `completeUpTo`: a window is open at least until they are complete up to its end.
 */
export function openTime(now: number, completeUpTo: number): number {
  const firstOpen = Math.ceil(completeUpTo / windowSeconds) * windowSeconds - windowSeconds;
  return Math.max(now, firstOpen + 1);
}

/** How many seconds are to pass before a file may hold lines of that time. */
export const secondsUntil = (at: number, now: number): number => Math.max(0, at - now - 2 * ahead);

export function walkFile(id: string, at: number, now: number): WalkFile {
  const common = { timestamp: at, device_id: id, user_id: id, country: 'pl', brand: 'olx' };
  const names = ['view_item', 'login_sign_in_complete', 'post_item_success'];
  const lines = names.map((event_name) => `${JSON.stringify({ event_name, ...common })}\n`);
  return {
    key: keyOf(id, Math.max(now, at - ahead)),
    body: gzipSync(lines.join('')),
    id,
    window: windowAt(at),
    rows: {
      device_last_browse: ['last_action_timestamp', at],
      user_last_login: ['last_action_timestamp', at],
      user_num_posts: ['actions_count', 1],
    },
  };
}

export const windowEnd = (window: number): number => window + windowSeconds;
/** The end of the window after: whoever says this closes a window whatever the grace, and leaves the next one open. */
export const nextWindowEnd = (window: number): number => window + 2 * windowSeconds;

const windowAt = (at: number): number => at - (at % windowSeconds);

function keyOf(id: string, fileTime: number): string {
  const [year, month, day, time] = new Date(fileTime * 1000).toISOString().replaceAll(':', '').split(/[-T.]/);
  return `in/walk/web/${year}/${month}/${day}/${year}${month}-${day}-${id}-${time}.gz`;
}
