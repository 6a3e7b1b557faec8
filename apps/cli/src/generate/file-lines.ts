import { anyBadLine } from './bad-line.ts';
import type { Device } from './device.ts';
import { eventLine } from './event-line.ts';
import { ageLate, ageOnTime } from './event-time.ts';
import type { Line } from './gzip-lines.ts';
import type { Random } from './random.ts';
import type { Source } from './source.ts';
import { anyUntidyWay } from './untidy-line.ts';

/** Of the messy lines: those that are no events. */
const shareBad = 0.25;
const shareWithByteOrderMark = 0.2;

export interface FileContent {
  readonly source: Source;
  readonly devices: readonly Device[];
  readonly fileTime: number;
  readonly events: number;
  /** Shares of the lines that are messy, and of those that come late. */
  readonly dirt: number;
  readonly late: number;
}

/** The lines of a raw file, in about the order of their events. */
export function* fileLines(
  { source, devices, fileTime, events, dirt, late }: FileContent,
  random: Random,
): Generator<Line> {
  let mark = random.chance(shareWithByteOrderMark) && dirt > 0 ? '\ufeff' : '';
  for (let n = 0; n < events; n++) {
    const age = random.chance(late) ? ageLate(random) : ageOnTime(n / events, random);
    const line = eventLine(source, random.pick(devices), fileTime - age, random);
    if (!random.chance(dirt)) yield mark + line;
    else if (random.chance(shareBad)) yield anyBadLine(random)(line, random, fileTime);
    else yield mark + anyUntidyWay(random)(line, random);
    mark = '';
  }
}
