import { spawn } from 'node:child_process';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IngestOptions, type Ingested, ingestFile } from '@neartime/ingestor';
import { type RejectedLinesRecord, eventRecord, rejectedLinesRecord } from '@neartime/schemas';
import { type Catalogue, type LogWriter, RecordEncoder, type Reservoir } from '@neartime/streams';
import { MemoryRegistry } from '@neartime/streams/memory';

/* Raw files in a folder, brought in by the ingestor's own code and by `neartime backfill`. */

/** Brings files of a folder in one after the other; `calls` counts what went to each server. */
export class FolderIngest {
  readonly calls: Record<string, number> = {};
  records = 0;
  readonly #options: IngestOptions;

  private constructor(options: (count: FolderIngest) => IngestOptions) {
    this.#options = options(this);
  }

  static async over(folder: string, catalogue: Catalogue): Promise<FolderIngest> {
    const registry = new MemoryRegistry();
    const events = await RecordEncoder.of<object>(registry, eventRecord, { strings: 'bytes' });
    const rejected = await RecordEncoder.of<RejectedLinesRecord>(registry, rejectedLinesRecord);
    const clock = { now: () => Date.now() / 1000, elapsed: () => performance.now() / 1000 };
    return new FolderIngest((counting) => {
      const log: LogWriter = {
        append: async (appends) => {
          for (const { records } of appends) counting.records += records.length;
        },
      };
      return {
        ...{ clock, partitions: 4, grace: 180, events, rejected, signal: new AbortController().signal },
        catalogue: counting.#counted('catalogue', catalogue),
        log: counting.#counted('log', log),
        reservoirOf: () => counting.#counted('S3', reservoirOf(folder)),
      };
    });
  }

  ingest(key: string): Promise<Ingested> {
    return ingestFile({ bucket: 'raw', key }, this.#options);
  }

  #counted<T extends object>(server: string, port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          this.calls[server] = (this.calls[server] ?? 0) + 1;
          return (member as (...given: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  }
}

const reservoirOf = (folder: string): Reservoir => ({
  async *list() {
    // Nobody asks.
  },
  stat: async (path) => ({ path, size: statSync(join(folder, path)).size, version: 'v1' }),
  open: (path) => createReadStream(join(folder, path), { highWaterMark: 256 * 1024 }),
});

/** A run of `neartime backfill`. */
export interface Backfill {
  readonly seconds: number;
  readonly megabytes: number;
  readonly code: number | null;
  /** What it said last. */
  readonly said: string;
}

export async function backfill(from: string, store: string): Promise<Backfill> {
  const cli = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', cli, 'backfill', '--in', from, '--out', store],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-600)));
  let megabytes = 0;
  const watch = setInterval(() => {
    const [, most = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(statusOf(child.pid!)) ?? [];
    megabytes = Math.max(megabytes, Math.round(Number(most) / 1024));
  }, 100);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(watch);
  return { seconds: (performance.now() - start) / 1000, megabytes, code, said };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
