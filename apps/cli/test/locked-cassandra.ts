import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/* Frames of CQL: version, flags, stream (2), opcode, length (4), body. */
const header = 9;
const [error, startUp, authenticate, authResponse] = [0x00, 0x01, 0x03, 0x0f];
const version = 4;
const [protocolError, badCredentials] = [0x000a, 0x0100];

/** As much of a Cassandra as asks for a password and takes none: its address. It goes with the block. */
export async function lockedCassandra(): Promise<{ readonly contactPoint: string } & Disposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let waiting = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      waiting = Buffer.concat([waiting, piece]);
      while (waiting.length >= header && waiting.length >= header + waiting.readUInt32BE(5)) {
        const frame = waiting.subarray(0, header + waiting.readUInt32BE(5));
        waiting = waiting.subarray(frame.length);
        socket.write(answerTo(frame));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    contactPoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function answerTo(request: Buffer): Buffer {
  const opcode = request[4];
  if (request[0] !== version)
    return frame(request, error, refusal(protocolError, 'Invalid or unsupported protocol version'));
  if (opcode === startUp) return frame(request, authenticate, text('org.apache.cassandra.auth.PasswordAuthenticator'));
  if (opcode === authResponse)
    return frame(request, error, refusal(badCredentials, 'username or password is incorrect'));
  return frame(request, error, refusal(protocolError, 'nothing else is known here'));
}

function frame(request: Buffer, opcode: number, body: Buffer): Buffer {
  const head = Buffer.from([0x80 | version, 0, request[2], request[3], opcode, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 5);
  return Buffer.concat([head, body]);
}

function refusal(code: number, message: string): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(code);
  return Buffer.concat([number, text(message)]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value)]);
}
