import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type S3ClientOptions, s3Client } from '../src/index.ts';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that gives the answers of a test, one a request and the last one again and again; with a client for it. */
export async function localServer(answers: readonly Answer[], options: S3ClientOptions = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(request.method!);
    request.resume().on('end', () => answer(response, request));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = s3Client({ endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, ...options });
  return {
    client,
    /** The methods of the requests that came. */
    asked,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** An object, or the answer to a put. */
export const object =
  (body: string | Uint8Array = '', headers: Record<string, string> = {}): Answer =>
  (response, { method }) => {
    const length = method === 'PUT' ? 0 : Buffer.byteLength(body);
    response.writeHead(200, { etag: '"e1"', 'content-length': length, ...headers });
    response.end(method === 'GET' ? body : undefined);
  };

/** An S3 error; as to any HEAD, without a body to a HEAD. */
export const error =
  (status: number, code: string): Answer =>
  (response, { method }) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(method === 'HEAD' ? undefined : `<Error><Code>${code}</Code><Message>as it says</Message></Error>`);
  };

/** A part of a body; then nothing more comes, or the connection breaks off. */
export const partOf =
  (body: string, { breaksOff }: { breaksOff: boolean }): Answer =>
  (response) => {
    response.writeHead(200, { etag: '"e1"', 'content-length': body.length + 100 });
    response.write(body, () => void (breaksOff && response.destroy()));
  };

/** The connection breaks off before any answer. */
export const lost: Answer = (response) => void response.destroy();

/** No answer ever. */
export const silence: Answer = () => undefined;

export const xml =
  (body: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
  };
