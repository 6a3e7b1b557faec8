/** What a contender says of its work: not of its start, nor of what it connected. */
export interface Figures {
  readonly seconds: number;
  /** User and system, all threads. */
  readonly cpuSeconds: number;
  /** The most that was resident at once from the start of the process on, in MiB. */
  readonly peakMegabytes: number;
  /** How many of whatever was counted. */
  readonly count: number;
}

/** Begins to measure; the function that it gives ends it and says the figures to the parent. */
export function timed(): (count: number) => void {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return (count) => {
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peakMegabytes = process.resourceUsage().maxRSS / 1024;
    const figures: Figures = { seconds, cpuSeconds: (user + system) / 1e6, peakMegabytes, count };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  };
}
