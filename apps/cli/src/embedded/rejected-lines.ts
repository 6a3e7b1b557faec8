import type { RejectReason } from '@neartime/schemas';
import type { RejectedRun } from '@neartime/streams';

const excerptBytes = 200;
const mostExcerpts = 1000;

/** Every rejected line of a file, as runs of neighbours with the same reason, so that a file of nothing but bad lines stays small. */
export class RejectedLines {
  readonly #runs: { reason: RejectReason; firstLine: number; lastLine: number; excerpt: string }[] = [];

  add(reason: RejectReason, line: number, bytes: Uint8Array): void {
    const last = this.#runs.at(-1);
    if (last?.reason === reason && last.lastLine === line - 1) {
      last.lastLine = line;
      return;
    }
    const excerpt = this.#runs.length < mostExcerpts ? excerptOf(bytes) : '';
    this.#runs.push({ reason, firstLine: line, lastLine: line, excerpt });
  }

  runs(): readonly RejectedRun[] {
    return this.#runs;
  }
}

/** The beginning of a line for people: what is not text shows as U+FFFD, control characters as dots. */
const excerptOf = (bytes: Uint8Array): string =>
  // eslint-disable-next-line no-control-regex
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, excerptBytes)).toString('utf8').replace(/[\x00-\x1f\x7f]/g, '·');
