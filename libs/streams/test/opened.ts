import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A port over an empty place of its own; both go with the block (`await using`). */
export interface Opened<Port> extends AsyncDisposable {
  readonly port: Port;
}

export type Open<Port> = () => Promise<Opened<Port>>;

/** A new folder that goes with the block. */
export const newFolder = () => mkdtempDisposableSync(join(tmpdir(), 'neartime-streams-'));

/** Opens a port over a new folder. */
export const inFolder =
  <Port extends object>(openIn: (folder: string) => Port): Open<Port> =>
  async () => {
    const folder = newFolder();
    const port = openIn(folder.path);
    return {
      port,
      async [Symbol.asyncDispose]() {
        if (Symbol.dispose in port) (port as Disposable)[Symbol.dispose]();
        folder.remove();
      },
    };
  };
