import { chmodSync } from 'node:fs';

/** Permissions are for whoever is not root: a test that runs as root becomes somebody else for a while. */
export const canBeNobody = process.getuid !== undefined;
const nobody = 65_534;

/** Runs `work` as a user who may look into `root`, and may do with `place` what its mode says. */
export async function asNobody(
  root: string,
  place: { path: string; mode: number },
  work: () => Promise<void>,
): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  chmodSync(root, 0o755);
  chmodSync(place.path, place.mode);
  if (isRoot) process.seteuid!(nobody);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid!(0);
    chmodSync(place.path, 0o755);
  }
}
