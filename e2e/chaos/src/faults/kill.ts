import type { Fault } from '../chaos.ts';

/** A process ends at once, and another starts in its place. */
export const kill: Fault = async ({ fleet }, random) => {
  const instance = random.pick(fleet.all);
  const { id } = await fleet.replace(instance);
  return `kill -9 of ${instance.id}, then ${id}`;
};
