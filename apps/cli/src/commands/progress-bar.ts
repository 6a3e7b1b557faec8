import { SingleBar } from 'cli-progress';

export interface ProgressBar extends Disposable {
  show(done: number, total: number, note?: string): void;
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A bar on the terminal's error stream; silent where that is no terminal. It goes away when it is disposed. */
export function progressBar(title: string, unit: string): ProgressBar {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% | {value}/{total} ${unit} | {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    noTTYOutput: false,
    gracefulExit: false,
  });
  let started = false;
  const stop = () => {
    if (started) bar.stop();
    started = false;
    for (const signal of endings) process.removeListener(signal, end);
  };
  // A signal ends the process as ever, after the terminal has its cursor back.
  const end = (signal: NodeJS.Signals) => {
    stop();
    process.kill(process.pid, signal);
  };
  return {
    show(done, total, note = '') {
      if (!started) {
        bar.start(total, done, { note });
        for (const signal of endings) process.once(signal, end);
      }
      started = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    [Symbol.dispose]: stop,
  };
}
