import { open } from 'node:fs/promises';
import { errorCode } from './failure.ts';

/** Systems that cannot flush a folder (Windows, some network disks) say so in one of these ways. */
const cannotFlushFolders = ['EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP', 'EACCES'];

/** Writes a file; its bytes are on the disk when it returns. */
export async function writeFlushed(path: string, body: Uint8Array): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(body);
  await file.sync();
}

/** What was written to a file before is on the disk when it returns. */
export async function flushFile(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

/** The names in a folder, new and renamed ones, are on the disk when it returns, where the system can do it. */
export async function flushFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r');
    await folder.sync();
  } catch (error) {
    if (!cannotFlushFolders.includes(errorCode(error) ?? '')) throw error;
  }
}
