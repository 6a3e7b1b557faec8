/**
 * The packed bytes of a file as they were read the first time, kept for the second time while they are few: most files need not be
 * fetched twice. A larger one is not kept, so that memory does not grow with a file's length.
 */
export class KeptPieces {
  readonly #most: number;
  #bytes = 0;
  #pieces: Uint8Array[] = [];

  /** `most`: so many bytes are kept of one file. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Passes pieces on, and keeps them: a piece stands until the next one is asked for, so a copy. */
  async *keeping(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const piece of pieces) {
      this.#bytes += piece.length;
      if (this.#bytes <= this.#most) this.#pieces.push(Uint8Array.from(piece));
      else this.#pieces = [];
      yield piece;
    }
  }

  /** All pieces, once all have passed; `undefined` where they were too many. */
  get all(): AsyncIterable<Uint8Array> | undefined {
    return this.#bytes <= this.#most ? asTheyCame(this.#pieces) : undefined;
  }
}

async function* asTheyCame(pieces: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces;
}
