import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Line } from './line.ts';

/** A piece from a client that waits until it is let go. */
export interface HeldPiece {
  release(): void;
}

interface Hold {
  readonly matches: (piece: Buffer) => boolean;
  readonly held: (piece: HeldPiece) => void;
}

/** Bytes that may wait on a line; more stay with their sender. */
const mostWaiting = 4 * 1024 * 1024;

/** A port of this machine that leads to a server. What the way is like says a line, which several ports may share. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #hold: Hold | undefined;

  private constructor(server: Server, to: { readonly port: number; readonly line: Line }) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#connect(client, to));
  }

  static async start(to: { readonly port: number; readonly line: Line }): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    await listen(server, 0);
    return new TcpProxy(server, to);
  }

  /** From now on nobody answers at the port, and what was connected is so no more. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Answers again after it has refused. */
  async accept(): Promise<void> {
    await listen(this.#server, this.port);
  }

  /** Holds the next piece from a client that matches, and gives it; what comes after it on its connection waits as well. */
  hold(matches: Hold['matches']): Promise<HeldPiece> {
    return new Promise((held) => (this.#hold = { matches, held }));
  }

  /** Lets everything go on that would be held from now on. */
  holdNothing(): void {
    this.#hold = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse();
  }

  #connect(client: Socket, { port, line }: { readonly port: number; readonly line: Line }): void {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    const flow = {
      destroy: () => {
        client.destroy();
        server.destroy();
      },
    };
    line.add(flow);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', flow.destroy);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        line.remove(flow);
        flow.destroy();
      });
    }
    forward(client, server, async (piece, arrived) => {
      const early = arrived + line.delayMs - performance.now();
      if (early > 0) await sleep(early);
      await this.#held(piece);
      await line.open;
    });
    forward(server, client, () => line.open);
  }

  async #held(piece: Buffer): Promise<void> {
    const hold = this.#hold;
    if (!hold?.matches(piece)) return;
    this.#hold = undefined;
    await new Promise<void>((release) => hold.held({ release }));
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

/** Passes pieces on, in their order, each when it may pass. */
function forward(from: Socket, to: Socket, passes: (piece: Buffer, arrived: number) => Promise<void>): void {
  let last = Promise.resolve();
  let waiting = 0;
  from.on('data', (piece: Buffer) => {
    const arrived = performance.now();
    waiting += piece.length;
    if (waiting > mostWaiting) from.pause();
    last = last.then(async () => {
      await passes(piece, arrived);
      if (!to.destroyed) to.write(piece);
      waiting -= piece.length;
      if (waiting <= mostWaiting) from.resume();
    });
  });
  from.once('end', () => void last.then(() => to.end()));
}
