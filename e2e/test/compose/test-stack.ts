import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const execute = promisify(execFile);

/** Why no stack can be started; `undefined` when one can. */
export function noCompose(): string | undefined {
  const fails = (...args: string[]) => spawnSync('docker', args, { stdio: 'ignore' }).status !== 0;
  if (fails('version')) return 'no Docker engine answers';
  return fails('compose', 'version') ? '`docker compose` is not installed' : undefined;
}

/** A stack of docker-compose.yml that shares neither containers nor ports nor names of images with anybody's own. */
export class TestStack {
  readonly #env: NodeJS.ProcessEnv;

  private constructor(env: NodeJS.ProcessEnv) {
    this.#env = { ...process.env, ...env };
  }

  static async named(): Promise<TestStack> {
    const free = ['INGESTOR', 'DEVICE_LAST_BROWSE', 'USER_LAST_LOGIN', 'USER_NUM_POSTS', 'STORE_WRITER']
      .concat('SCHEMA_REGISTRY', 'CASSANDRA', 'S3')
      .map((name) => [`${name}_PORT`, '0']);
    return new TestStack({
      ...Object.fromEntries(free),
      // Whoever starts the tests may give it a name, to end the stack even when the tests cannot.
      COMPOSE_PROJECT_NAME: process.env['NEARTIME_TEST_STACK'] ?? `neartime-test-${randomUUID().slice(0, 8)}`,
      NEARTIME_IMAGES: 'neartime-test',
      // The broker tells its clients this port, so it must be known before.
      KAFKA_PORT: String(await freePort()),
    });
  }

  async walk(): Promise<string> {
    return this.#run(process.execPath, ['--disable-warning=TimeoutNegativeWarning', 'e2e/src/walk.ts']);
  }

  async compose(...args: string[]): Promise<string> {
    return this.#run('docker', ['compose', ...args]);
  }

  async docker(...args: string[]): Promise<string> {
    return this.#run('docker', args);
  }

  /** What `docker inspect` says of a service's container, by a template. */
  async inspect(service: string, template: string): Promise<string> {
    const container = await this.compose('ps', '--all', '--quiet', service);
    return this.docker('inspect', '--format', template, container);
  }

  /** Removes containers, network and volumes; the images stay as a cache. */
  async remove(): Promise<void> {
    await this.compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '1');
  }

  /** What it printed; a failure has that in its message. */
  async #run(command: string, args: readonly string[]): Promise<string> {
    try {
      const { stdout } = await execute(command, args, { cwd: workspace, env: this.#env, maxBuffer: 64 << 20 });
      return stdout.trim();
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
