/** Why the operating system or a database refused, and what to do. */
export interface Refusal {
  readonly why: string;
  readonly retriable: boolean;
}

/** It stays until somebody does something. */
export const lasting = (why: string): Refusal => ({ why, retriable: false });
/** It may be over the next time. */
const passing = (why: string): Refusal => ({ why, retriable: true });

const full = lasting('the disk is full; make room and run again');
const forbidden = passing('this user may not; grant it or choose another folder');
const readOnly = lasting('it can only be read; choose another folder');
const broken = passing('the disk, or the network to it, failed; look at it and run again');
const busy = passing('another process has it in use; wait for it or end it');
const tooManyOpen = passing('too many files are open; raise the limit (ulimit -n) or run again');
const tooManyOpenHere = passing('too many files are open on this machine; end other programs or run again');
const folderInPlace = lasting('a folder is in its place; move it away');
const fileInPlace = lasting('a file is in the place of its folder; move it away');

/** By the system's error code. */
export const systemRefusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: readOnly,
  EIO: broken,
  ESTALE: broken,
  ETIMEDOUT: broken,
  EBUSY: busy,
  EAGAIN: busy,
  EMFILE: tooManyOpen,
  ENFILE: tooManyOpenHere,
  EISDIR: folderInPlace,
  ENOTDIR: fileInPlace,
  EEXIST: fileInPlace,
  ENOENT: lasting('it is not there; look at the path'),
  ENAMETOOLONG: lasting('the name is too long; choose a shorter path'),
  ELOOP: lasting('its links lead in a circle; choose another path'),
};
