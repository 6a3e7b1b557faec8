import type { Random } from './random.ts';

/** A kind of tracking event, as the pieces of a line that depend on it. */
interface EventKind {
  readonly head: string;
  readonly params: string;
  /** Only somebody who is signed in can cause it. */
  readonly signedIn: boolean;
}

/** How many of a thousand lines are of a kind, and on which screen. People browse much, sign in and post little. */
const eventKinds: readonly [name: string, perMille: number, screen: string][] = [
  ['view_item', 210, 'ad_page'],
  ['view_listings', 170, 'listing'],
  ['search_start', 70, 'search'],
  ['app_open', 50, 'home'],
  ['on_resume', 60, 'home'],
  ['chat_inbox', 30, 'chat'],
  ['login_sign_in_complete', 12, 'login'],
  ['post_item_success', 8, 'posting'],
  ['impression', 200, 'listing'],
  ['scroll', 110, 'listing'],
  ['filter_apply', 30, 'search'],
  ['favourite_add', 20, 'ad_page'],
  ['push_received', 20, 'none'],
  ['session_end', 10, 'none'],
];
const ofUsers = ['login_sign_in_complete', 'post_item_success'];

const thousand = eventKinds.flatMap(([name, perMille, screen]) =>
  Array<EventKind>(perMille).fill({
    head: `{"event_name":"${name}","timestamp":`,
    params: `,"params":{"screen":"${screen}",`,
    signedIn: ofUsers.includes(name),
  }),
);

export const anyKind = (random: Random): EventKind => random.pick(thousand);
