import { type Gunzip as GunzipStream, constants, createGunzip } from 'node:zlib';

/** Who takes unpacked bytes: they are laid into `room`, and `filled` says how many. */
export interface ByteRoom {
  room(): Uint8Array;
  filled(bytes: number): void;
}

/** Unpacks gzip data (all its members) piece by piece: `push` each packed piece, then `end`. */
export interface Gunzip extends Disposable {
  /** Gives how many bytes of the piece were taken: all of them, unless the gzip data ended before. */
  push(packed: Uint8Array): number;
  /** Throws zlib's error Z_BUF_ERROR when the data stops before its end. `push` throws what else may be wrong with it. */
  end(): void;
}

/**
 * The handle below Node's zlib streams, which works on the calling thread into memory that the caller brings. The streams
 * themselves take memory anew for every piece and hand it from thread to thread, which costs more than unpacking
 * (docs/adr/0004-reading.md). It is not documented, but `gunzipSync` and much used packages (minizlib, sync-inflate) go
 * through it, and the tests say when it changes.
 */
interface ZlibHandle {
  onerror: (message: string, errno: number, code: string) => void;
  writeSync(
    flush: number,
    from: Uint8Array,
    at: number,
    size: number,
    to: Uint8Array,
    toAt: number,
    room: number,
  ): void;
}

export function gunzip(target: ByteRoom): Gunzip {
  const stream = createGunzip() as GunzipStream & { _handle: ZlibHandle; _writeState: Uint32Array };
  const { _handle: handle, _writeState: left } = stream;
  let failure: Error | undefined;
  handle.onerror = (message, errno, code) => {
    failure = Object.assign(new Error(message), { errno, code });
  };
  const write = (packed: Uint8Array, flush: number): number => {
    let taken = 0;
    let roomLeft: number;
    do {
      const room = target.room();
      handle.writeSync(flush, packed, taken, packed.length - taken, room, 0, room.length);
      if (failure) throw failure;
      roomLeft = left[0];
      taken = packed.length - left[1];
      if (roomLeft < room.length) target.filled(room.length - roomLeft);
    } while (roomLeft === 0);
    return taken;
  };
  return {
    push: (packed) => write(packed, constants.Z_NO_FLUSH),
    end: () => void write(new Uint8Array(0), constants.Z_FINISH),
    [Symbol.dispose]: () => stream.close(),
  };
}
