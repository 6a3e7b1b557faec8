import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Line } from './line.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** A server that gives back what it gets, behind a proxy, with a client of the proxy and what came back to it. */
async function echo() {
  const stack = new AsyncDisposableStack();
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  const line = new Line();
  const proxy = stack.use(await TcpProxy.start({ port: (server.address() as AddressInfo).port, line }));
  const come: string[] = [];
  const client = connect(proxy.port, '127.0.0.1').on('data', (piece) => void come.push(piece.toString()));
  await once(client, 'connect');
  stack.defer(() => void client.destroy());
  return { line, proxy, client, come, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const answerTo = async (client: Socket, text: string): Promise<string> => {
  client.write(text);
  return String((await once(client, 'data'))[0]);
};

/** Long enough for a piece to go to and fro many times over. */
const aWhile = () => sleep(100);

describe('a proxy', () => {
  it('passes on what comes, and what comes back', async () => {
    await using it = await echo();
    expect(await answerTo(it.client, 'a')).toBe('a');
  });

  it('holds everything while its line is paused, and loses nothing of it', async () => {
    await using it = await echo();
    it.line.pause();
    it.client.write('a');
    await aWhile();
    it.client.write('b');
    await aWhile();
    expect(it.come).toEqual([]);
    it.line.resume();
    while (it.come.join('').length < 2) await once(it.client, 'data');
    expect(it.come.join('')).toBe('ab');
  });

  it('breaks connections off when its line is cut, and takes new ones', async () => {
    await using it = await echo();
    it.line.cut();
    await once(it.client, 'close');
    const next = connect(it.proxy.port, '127.0.0.1');
    expect(await answerTo(next, 'b')).toBe('b');
    next.destroy();
  });

  it('breaks off and refuses connections until it accepts them again', async () => {
    await using it = await echo();
    await it.proxy.refuse();
    const refused = connect(it.proxy.port, '127.0.0.1');
    await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await it.proxy.accept();
    const next = connect(it.proxy.port, '127.0.0.1');
    expect(await answerTo(next, 'c')).toBe('c');
    next.destroy();
  });

  it('lets a piece from a client arrive later by the delay', async () => {
    await using it = await echo();
    it.line.delayMs = 300;
    const order: string[] = [];
    const earlier = sleep(200).then(() => order.push('earlier'));
    order.push(await answerTo(it.client, 'a'));
    await earlier;
    expect(order).toEqual(['earlier', 'a']);
  });

  it('holds the piece that matches until it is let go, with what follows on its connection', async () => {
    await using it = await echo();
    const holding = it.proxy.hold((piece) => piece.toString().startsWith('PUT'));
    expect(await answerTo(it.client, 'GET')).toBe('GET');
    it.client.write('PUT');
    const held = await holding;
    it.client.write('more');
    await aWhile();
    expect(it.come).toEqual(['GET']);
    held.release();
    while (it.come.join('') !== 'GETPUTmore') await once(it.client, 'data');
  });
});
