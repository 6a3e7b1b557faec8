import { SingleBar } from 'cli-progress';

export interface ProgressBar extends Disposable {
  show(done: number, total: number, note?: string): void;
}

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
  return {
    show(done, total, note = '') {
      if (!started) bar.start(total, done, { note });
      started = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    [Symbol.dispose]() {
      if (started) bar.stop();
      started = false;
    },
  };
}
