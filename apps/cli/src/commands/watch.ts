import { join } from 'node:path';
import { type WatchListener, watch } from '../embedded/watch.ts';
import { requireFolder } from './backfill.ts';
import { duration, featureList, folder, partitions, registered } from './options.ts';
import { number, plural, print, shown, time, windowName, withWindowTimes } from './print.ts';

interface WatchFlags {
  readonly in: string;
  readonly out: string;
  readonly features?: string;
  readonly partitions?: string;
  readonly grace: string;
  readonly idleAfter: string;
  readonly emitEvery: string;
  readonly poll: string;
  readonly settleAfter: string;
  readonly json?: boolean;
}

export async function watchCommand(flags: WatchFlags): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const options = {
    in: folder('--in')(flags.in),
    out: folder('--out')(flags.out),
    features: flags.features === undefined ? registered : featureList('--features')(flags.features),
    registered,
    partitions: flags.partitions === undefined ? undefined : partitions(flags.partitions),
    grace: duration('--grace', ['0s', '7d'])(flags.grace),
    idleAfter: duration('--idle-after', ['0s', '7d'])(flags.idleAfter),
    emitEvery: duration('--emit-every', ['0s', '1d'])(flags.emitEvery),
    poll: duration('--poll', ['10ms', '1h'])(flags.poll),
    settleAfter: duration('--settle-after', ['0s', '1d'])(flags.settleAfter),
    listener: flags.json ? jsonLines() : textLines(),
    signal: ended.signal,
  };
  await requireFolder(options.in);
  process.on('SIGINT', end).on('SIGTERM', end);
  if (!flags.json) print(`watching ${join(options.in, 'in')}; Ctrl-C ends`);
  await watch(options);
  if (!flags.json) print('ended; windows that were open are taken up by the next run');
}

/** One line for each thing that happened. */
function textLines(): WatchListener {
  const say = (text: string) => print(`${time(Math.floor(Date.now() / 1000)).slice(11, 19)}  ${shown(text)}`);
  return {
    fileRead(path, { read, events, blank, rejected }) {
      const bad = Object.values(rejected).reduce((sum, lines) => sum + lines, 0);
      say(
        `read ${path}: ${number(read)} = ${number(events)} events + ${number(bad)} rejected + ${number(blank)} blank`,
      );
    },
    fileQuarantined: (path, reason) => say(`in quarantine: ${path} (${reason})`),
    windowWritten({ feature, window, revision, rows }) {
      say(
        `${revision === 0 ? 'closed' : `revision ${revision} of`} ${feature} ${windowName(window)}: ${plural(rows, 'row')}`,
      );
    },
    published(rows) {
      if (rows > 0) say(`published ${plural(rows, 'provisional row')}`);
    },
    unsettled(windows) {
      for (const { feature, window, why } of windows) say(`unsettled: ${feature} ${windowName(window)}: ${why}`);
    },
    waiting: ({ message }) => say(`waiting: ${message}`),
  };
}

function jsonLines(): WatchListener {
  const say = (event: string, fields: object) =>
    print(JSON.stringify({ event, at: time(Math.floor(Date.now() / 1000)), ...fields }));
  return {
    fileRead: (path, counts) => say('file_read', { path, ...counts }),
    fileQuarantined: (path, reason) => say('file_quarantined', { path, reason }),
    windowWritten: (written) => say('window_written', { ...written, window: time(written.window) }),
    published: (rows) => say('published', { rows }),
    unsettled: (windows) => say('unsettled', { windows: withWindowTimes(windows) }),
    waiting: ({ message }) => say('waiting', { message }),
  };
}
