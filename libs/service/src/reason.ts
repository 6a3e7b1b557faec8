/** The messages of an error and of its causes, the outermost first. */
export function messagesOf(error: unknown): string[] {
  const messages: string[] = [];
  const seen = new Set<unknown>();
  const pending = [error];
  while (pending.length > 0) {
    const each = pending.shift();
    if (seen.has(each)) continue;
    seen.add(each);
    messages.push(oneLine(each instanceof Error ? each.message || each.name : String(each)));
    if (each instanceof AggregateError) pending.push(...(each.errors as unknown[]));
    if (each instanceof Error && each.cause !== undefined) pending.push(each.cause);
  }
  return messages;
}

/** An error and its causes in one line; a cause that a message already quotes is not said again. */
export const reasonOf = (error: unknown): string =>
  messagesOf(error).reduce((said, message) => (said.includes(message) ? said : `${said}: ${message}`));

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');
