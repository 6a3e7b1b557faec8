/** A raw file as a listing shows it. */
export interface ListedFile {
  /** Its path below the root, with slashes: `in/horizontals/olx/android/2018/08/01/201808-01-104234.gz`. */
  readonly path: string;
  readonly size: number;
  /** Changes whenever the file may have changed; the same as long as it surely has not. */
  readonly version: string;
}

/** Where the raw files are. */
export interface Reservoir {
  /** Every `*.gz` below `in/`, in no particular order; what goes away while it is being listed may be left out. */
  list(): AsyncIterable<ListedFile>;
  /** A file as a listing would show it now. Throws FileRefused when it is not to be had. */
  stat(path: string): Promise<ListedFile>;
  /**
   * The packed bytes of a file, piece by piece; a piece stands until the next one is asked for. Throws FileRefused when it is not
   * to be had, or has not (any more) the version that was asked for.
   */
  open(path: string, version?: string): AsyncIterable<Uint8Array>;
}

/** A file that this caller cannot have as it asked for it, while others of its reservoir may well be read. */
export class FileRefused extends Error {
  readonly reason: 'missing' | 'forbidden' | 'changed';

  constructor(path: string, reason: FileRefused['reason'], options: { cause?: unknown } = {}) {
    super(`${path}: ${reason}`, options);
    this.name = 'FileRefused';
    this.reason = reason;
  }
}
