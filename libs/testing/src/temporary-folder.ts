import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that goes with the block (`using folder = temporaryFolder()`) or with `folder.remove()`. */
export const temporaryFolder = () => mkdtempDisposableSync(join(tmpdir(), 'neartime-'));
