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
  /** The packed bytes of a file, piece by piece; a piece stands until the next one is asked for. */
  open(path: string): AsyncIterable<Uint8Array>;
}
