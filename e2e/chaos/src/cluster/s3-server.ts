import { S3Client } from '@aws-sdk/client-s3';
import { GenericContainer, Wait } from 'testcontainers';
import { Line } from '../../../src/lines/line.ts';
import { TcpProxy } from '../../../src/lines/tcp-proxy.ts';
import { freePort } from './free-port.ts';
import { images } from './images.ts';
import { ServerContainer } from './server-container.ts';

const user = { accessKeyId: 'neartime', secretAccessKey: 'neartime-secret' };
const containerPort = 7070;

/** An S3 server. Each service reaches it by a door of its own, so that one of them can be kept from it; all doors share the line. */
export class S3Server implements AsyncDisposable {
  readonly line = new Line();
  readonly server: ServerContainer;
  readonly #port: number;

  private constructor(server: ServerContainer, port: number) {
    this.server = server;
    this.#port = port;
  }

  static async start(): Promise<S3Server> {
    const port = await freePort();
    const container = await new GenericContainer(images.s3)
      .withCommand([
        ...['--port', `:${containerPort}`, '--access', user.accessKeyId, '--secret', user.secretAccessKey],
        // Made before it is there: the folders of the image are its own.
        ...['--health', '/health', 'posix', '--sidecar', '/tmp', '/srv'],
      ])
      .withExposedPorts({ container: containerPort, host: port })
      .withWaitStrategy(Wait.forHttp('/health', containerPort))
      .start();
    const answers = async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok;
    return new S3Server(new ServerContainer(container, answers), port);
  }

  door(): Promise<TcpProxy> {
    return TcpProxy.start({ port: this.#port, line: this.line });
  }

  settings(door: Pick<TcpProxy, 'port'> = { port: this.#port }): Record<string, string> {
    return {
      S3_ENDPOINT: `http://127.0.0.1:${door.port}`,
      S3_ACCESS_KEY_ID: user.accessKeyId,
      S3_SECRET_ACCESS_KEY: user.secretAccessKey,
    };
  }

  /** A client of its own, not through the line. */
  client(): S3Client {
    const endpoint = `http://127.0.0.1:${this.#port}`;
    return new S3Client({ endpoint, credentials: user, region: 'us-east-1', forcePathStyle: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
