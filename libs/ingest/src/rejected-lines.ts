import type { RejectReason, RejectedRun } from '@neartime/schemas';

const excerptBytes = 200;
const mostExcerpts = 1000;
const mostRuns = 10_000;

type Run = { -readonly [Part in keyof RejectedRun]: RejectedRun[Part] };

/**
 * Every rejected line of a file, as runs of neighbours with the same reason. A file of nothing but bad lines stays small, and so
 * does one that changes with every line: from the 10,000th run on, the last run of each reason reaches over what lies between.
 */
export class RejectedLines {
  readonly #runs: Run[] = [];
  readonly #last = new Map<RejectReason, Run>();

  add(reason: RejectReason, line: number, bytes: Uint8Array): void {
    const last = this.#last.get(reason);
    const isNeighbour = this.#runs.at(-1) === last && last?.lastLine === line - 1;
    if (last && (isNeighbour || this.#runs.length >= mostRuns)) {
      last.lastLine = line;
      return;
    }
    const excerpt = this.#runs.length < mostExcerpts ? excerptOf(bytes) : '';
    const run = { reason, firstLine: line, lastLine: line, excerpt };
    this.#last.set(reason, run);
    this.#runs.push(run);
  }

  runs(): readonly RejectedRun[] {
    return this.#runs;
  }
}

/** The beginning of a line for people: what is not text shows as U+FFFD, control characters as dots. */
const excerptOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, excerptBytes))
    .toString('utf8')
    // eslint-disable-next-line no-control-regex
    .replace(/[\x00-\x1f\x7f]/g, '·');
