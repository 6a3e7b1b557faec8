import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const built = join(workspace, 'node_modules/.cache/neartime-e2e');

export type ServiceName = 'ingestor' | 'newer-ingestor' | 'feature-processor' | 'store-writer';

/** Bundles the services as `npm run build` does. */
export function buildServices(): void {
  mkdirSync(built, { recursive: true });
  execFileSync(process.execPath, [join(workspace, 'tools/build-services.ts'), '--out', built], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** An ingestor whose event schema has one field more, as the next version of it would. */
export function buildNewerIngestor(): void {
  const code = readFileSync(join(built, 'ingestor/main.mjs'), 'utf8');
  const newer = code.replace(/(const eventSchema = \{[^}]*brand: "text")/, '$1, price: "decimal(2)"');
  if (newer === code) throw new Error('the event schema was not found in the bundle');
  mkdirSync(join(built, 'newer-ingestor'), { recursive: true });
  writeFileSync(join(built, 'newer-ingestor/main.mjs'), newer);
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly time: string;
  readonly [field: string]: unknown;
}

/** A service as a process of its own, with what it logged. */
export class ServiceProcess {
  readonly name: ServiceName;
  readonly lines: LogLine[] = [];
  readonly stderr: string[] = [];
  readonly #process: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(name: ServiceName, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.#process = spawn(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', join(built, name, 'main.mjs')],
      {
        env: { PATH: process.env['PATH'] ?? '', HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    createInterface({ input: this.#process.stdout! }).on('line', (line) => this.#logged(line));
    createInterface({ input: this.#process.stderr! }).on('line', (line) => this.stderr.push(line));
    this.ended = new Promise((resolve) => this.#process.once('exit', (code) => resolve(code)));
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Where it answers HTTP; `undefined` until it listens. */
  get url(): string | undefined {
    const port = this.lines.find(({ msg }) => msg === 'listening')?.['port'];
    return port === undefined ? undefined : `http://127.0.0.1:${String(port)}`;
  }

  async isReady(): Promise<boolean> {
    if (this.#process.exitCode !== null)
      throw new Error(`${this.name} has ended with ${this.#process.exitCode}:\n${this.said()}`);
    if (!this.url) return false;
    const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
    return answer?.status === 200;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Why it is not ready; `undefined` when it is. */
  async readiness(): Promise<string | undefined> {
    const answer = await fetch(`${this.url}/health/ready`);
    const { error } = (await answer.json()) as { error: Record<string, { why?: string }> };
    return Object.values(error)[0]?.why;
  }

  /** How many partitions it has of its topics. */
  async partitions(): Promise<number> {
    const answer = await fetch(`${this.url}/health/ready`);
    const { details } = (await answer.json()) as { details: Record<string, { partitions?: number }> };
    return Object.values(details)[0]?.partitions ?? 0;
  }

  /** Ends it and gives its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.hasEnded) this.#process.kill(signal);
    return this.ended;
  }

  /** The last that it logged, for messages of failed tests. */
  said(): string {
    return [...this.lines.slice(-30).map((line) => JSON.stringify(line)), ...this.stderr].join('\n');
  }

  #logged(line: string): void {
    try {
      this.lines.push(JSON.parse(line) as LogLine);
    } catch {
      // The last line of one that was killed may be cut off.
      this.stderr.push(line);
    }
  }
}
