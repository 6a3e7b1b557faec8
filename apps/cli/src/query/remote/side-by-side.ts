/** Objects that are asked for at once: enough to hide the way to the server. */
const most = 16;

/** Does something with each item, some at once. After a failure no more is begun; it is thrown when all that was begun has ended. */
export async function sideBySide<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  let failed = false;
  const work = async () => {
    for (const item of rest) {
      if (failed) return;
      await action(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: most }, work));
  const first = ended.find((each) => each.status === 'rejected');
  if (first) throw first.reason;
}
