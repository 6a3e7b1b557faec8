import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to connections by themselves: a container that is started again must come back on its port. */
const [lowest, count] = [20_000, 12_000];
const given = new Set<number>();

/** A port that nobody has just now, and that this process has given to nobody else. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    // As Docker does, on every address.
    server.listen(port);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
