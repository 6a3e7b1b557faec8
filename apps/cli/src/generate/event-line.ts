import type { Device } from './device.ts';
import { anyKind } from './event-kind.ts';
import type { Random } from './random.ts';
import type { Source } from './source.ts';

const sessionSeconds = 1_800;

const circumstances = ['search', 'category', 'home_feed', 'saved_search', 'push', 'deep_link'].flatMap((origin) =>
  ['list', 'gallery', 'mosaic'].flatMap((layout) =>
    ['wifi', '4g', '4g', '3g'].map((network) => `"origin":"${origin}","layout":"${layout}","network":"${network}"`),
  ),
);

/**
 * One line as a tracker writes it, without its newline; plain ASCII.
 * It is put together from few, long pieces: joining many short ones takes as long as the compression.
 */
export function eventLine(source: Source, device: Device, timestamp: number, random: Random): string {
  const kind = anyKind(random);
  return (
    kind.head +
    timestampText(source, timestamp, random) +
    (kind.signedIn || device.signedIn ? device.user : device.visitor) +
    Math.floor(timestamp / sessionSeconds) +
    device.handset +
    (400_000_000 + random.below(120_000_000)) +
    `,"category_id":${random.below(90) * 7 + 3},"price":${price(random)}` +
    kind.params +
    random.pick(circumstances) +
    `,"position":${random.below(40)}}}`
  );
}

/** Most things are cheap. */
const price = (random: Random): number => Math.floor(random.fraction() * random.fraction() * 4_000) * 5;

function timestampText(source: Source, timestamp: number, random: Random): string {
  if (source.timestamps === 'text') return `"${timestamp}"`;
  return source.timestamps === 'seconds' ? String(timestamp) : String(timestamp * 1_000 + random.below(1_000));
}
