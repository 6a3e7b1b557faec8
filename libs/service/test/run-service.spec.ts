import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { temporaryFolder } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const workspace = join(import.meta.dirname, '../../..');
const folder = temporaryFolder();
const bundle = join(folder.path, 'fixture/main.mjs');

beforeAll(() => {
  symlinkSync(join(workspace, 'node_modules'), join(folder.path, 'node_modules'));
  const entry = `fixture=${join(import.meta.dirname, 'fixture/main.ts')}`;
  execFileSync(process.execPath, ['tools/build-services.ts', '--out', folder.path, '--entry', entry], {
    cwd: workspace,
  });
});
afterAll(() => folder.remove());

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly port?: number;
}

/** The fixture as a process of its own, and what it writes. */
class Process {
  readonly lines: Line[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  readonly #heard = new EventTarget();

  constructor(env: Record<string, string>, ...args: string[]) {
    this.#child = spawn(process.execPath, [bundle, ...args], {
      env: { HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', ...env },
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stderr!.on('data', (part: Buffer) => (this.stderr += part.toString()));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#heard.dispatchEvent(new Event('line'));
    });
  }

  /** The first line with a message, once it is written. */
  async line(msg: string): Promise<Line> {
    for (;;) {
      const found = this.lines.find((line) => line.msg === msg);
      if (found) return found;
      await Promise.race([
        once(this.#heard, 'line'),
        this.#ended.then(() => Promise.reject(new Error(`ended without ${msg}: ${this.stderr}`))),
      ]);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async exitCode(): Promise<unknown> {
    return (await this.#ended)[0];
  }

  get messages(): string[] {
    return this.lines.map(({ msg }) => msg);
  }
}

describe('a service that starts', () => {
  it('says once where it listens, serves its health, and logs no request for it', async () => {
    const service = new Process({ PASSWORD: 'hunter2' });
    const { port } = await service.line('listening');
    const [live, ready, unknown] = await Promise.all(
      ['health/live', 'health/ready', 'nowhere?key=abc'].map((path) => fetch(`http://127.0.0.1:${port}/${path}`)),
    );
    expect([live!.status, ready!.status, unknown!.status]).toEqual([200, 503, 404]);
    expect(await ready!.json()).toMatchObject({ details: { runner: { status: 'down', why: 'it is never ready' } } });
    await service.line('request completed');
    service.signal('SIGTERM');
    await service.exitCode();
    expect(service.messages.slice(0, 3)).toEqual(['initialized', 'listening', 'request completed']);
    expect(service.lines[2]).toMatchObject({ req: { path: '/nowhere' }, res: { statusCode: 404 } });
    expect(JSON.stringify(service.lines)).not.toContain('hunter2');
  });

  it('tells at level debug what Nest does', async () => {
    const service = new Process({ LOG_LEVEL: 'debug' });
    await service.line('listening');
    service.signal('SIGTERM');
    expect(await service.exitCode()).toBe(0);
    expect(service.lines).toContainEqual(expect.objectContaining({ level: 'debug', context: 'InstanceLoader' }));
  });
});

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s runs the hooks and exits with 0', async (signal) => {
    const service = new Process({});
    await service.line('listening');
    service.signal(signal);
    expect(await service.exitCode()).toBe(0);
    expect(service.messages.slice(-3)).toEqual(['stopping', 'hook ran', 'stopped']);
    expect(service.stderr).toBe('');
  });

  it('that comes while the service starts waits until it has', async () => {
    const service = new Process({});
    await service.line('initialized');
    service.signal('SIGTERM');
    expect(await service.exitCode()).toBe(0);
    expect(service.messages.slice(-2)).toEqual(['hook ran', 'stopped']);
  });

  it('is not held up by a caller that keeps its connection', async () => {
    const service = new Process({});
    const { port } = await service.line('listening');
    await fetch(`http://127.0.0.1:${port}/health/live`, { keepalive: true });
    service.signal('SIGTERM');
    expect(await service.exitCode()).toBe(0);
  });

  it('that takes longer than its limit ends with 1', async () => {
    const service = new Process({ FAULT: 'hang' });
    await service.line('listening');
    service.signal('SIGTERM');
    expect(await service.exitCode()).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'not stopped within 1 s' });
  });

  it('ends at once at a second signal', async () => {
    const service = new Process({ FAULT: 'hang' });
    await service.line('listening');
    service.signal('SIGTERM');
    await service.line('hook ran');
    service.signal('SIGINT');
    expect(await service.exitCode()).toBe(1);
    expect(service.messages.at(-1)).toBe('stopped at once, by a second signal');
  });

  it('with a hook that fails ends with 1, and says why without a stack', async () => {
    const service = new Process({ FAULT: 'throw' });
    await service.line('listening');
    service.signal('SIGTERM');
    expect(await service.exitCode()).toBe(1);
    expect(service.lines.slice(-2)).toMatchObject([
      { level: 'error', msg: 'log: cannot commit' },
      { level: 'fatal', msg: 'not stopped cleanly: hooks failed: 1' },
    ]);
    expect(JSON.stringify(service.lines)).not.toMatch(/ at .*main\.mjs/);
  });
});

describe('a failure', () => {
  it('of the settings names each on the standard error and exits with 2', async () => {
    const service = new Process({ GRACE: 'abc', LOG_LEVEL: 'loud', PASSWORD_FILE: '/nowhere' });
    expect(await service.exitCode()).toBe(2);
    expect(service.lines).toEqual([]);
    expect(service.stderr).toBe(
      [
        'fixture: wrong settings',
        'LOG_LEVEL: takes one of trace, debug, info, warn, error, fatal, silent, not "loud"',
        'GRACE: takes a duration from 1s to 1h, such as 3m, not "abc"',
        'PASSWORD_FILE: names a file that cannot be read (ENOENT): /nowhere',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['start', 'cannot start: store: cannot reach any node: connect ECONNREFUSED 127.0.0.1:9042'],
    ['busy-port', expect.stringMatching(/^cannot start: listen EADDRINUSE/)],
    ['reject', 'failed: runner: lost its way'],
  ])('of the kind %s is one line without a stack, and exits with 1', async (FAULT, msg) => {
    const service = new Process({ FAULT, ...(FAULT === 'busy-port' && { HTTP_PORT: '34713' }) });
    expect(await service.exitCode()).toBe(1);
    const failures = service.lines.filter(({ level }) => level !== 'info');
    expect(failures).toEqual([expect.objectContaining({ level: 'fatal', msg })]);
    expect(JSON.stringify(failures)).not.toContain('"stack"');
    expect(service.stderr).toBe('');
  });
});

it('--help prints the settings and exits with 0, whatever the environment', () => {
  const help = execFileSync(process.execPath, [bundle, '--help'], { env: { GRACE: 'abc' }, encoding: 'utf8' });
  expect(help).toMatch(/^fixture: a service that only starts and stops\n/);
  expect(help).toMatch(/^GRACE {2,}3m {2,}how long a window waits: a duration from 1s to 1h, such as 3m$/m);
});
