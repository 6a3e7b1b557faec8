import type { IncomingMessage } from 'node:http';

/** Reads a request's body as text; `undefined` when it has more than so many bytes. */
export async function bodyText(request: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // The connection stays when no more is read: the caller is still to be answered.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += (part as Uint8Array).length;
    if (bytes > mostBytes) return undefined;
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts).toString();
}
