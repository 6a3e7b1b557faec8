import type { Fault } from '../chaos.ts';

/** A raw file's notice comes into two partitions, and so to two instances, at the same moment. */
export const twice: Fault = async ({ load }, random) => {
  const path = await load.doubleNext(random.fraction());
  return path === undefined ? 'no file came any more: it did not come about' : `${path}: to two instances at once`;
};

/** Notices of files that came before are written again. */
export const again: Fault = async ({ load }, random) => {
  const { sent } = load;
  if (sent.length === 0) return 'no file had come: it did not come about';
  const paths = Array.from({ length: 3 }, () => random.pick(sent));
  for (const delivery of paths) await load.notifyAgain(delivery);
  return `${paths.length} notices once more`;
};
