import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a limit's program found out, by what it is called in the table. */
export type Figures = Readonly<Record<string, string | number>>;

const delays = monitorEventLoopDelay({ resolution: 20 });
delays.enable();

/** How long something takes, in seconds, and the longest time in which nothing else got a turn. */
export async function timed(action: () => Promise<unknown> | void): Promise<{ seconds: number; longestTurn: number }> {
  delays.reset();
  // Only from one tick of the watch on it measures.
  await sleep(60);
  const from = performance.now();
  await action();
  const seconds = (performance.now() - from) / 1000;
  await sleep(60);
  return { seconds, longestTurn: Math.max(0, delays.max / 1e9 - 0.02) };
}

/** Says what was found, for the program that started this one. */
export function found(figures: Figures): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpu = inSeconds((userCPUTime + systemCPUTime) / 1e6);
  console.log(JSON.stringify({ ...figures, 'peak memory': `${Math.round(maxRSS / 1024)} MB`, 'CPU of all': cpu }));
}

export const inSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
export const perSecond = (count: number, seconds: number): string => `${Math.round(count / seconds / 1000)} k/s`;
export const megabytesNow = (): string => `${Math.round(process.memoryUsage.rss() / 1024 / 1024)} MB`;
