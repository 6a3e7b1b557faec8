import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './service-process.ts';

/** Looks now and then at how much memory processes take. */
export class MemoryWatch implements AsyncDisposable {
  readonly #ending = new AbortController();
  readonly #most = new Map<string, number>();
  readonly #watching: Promise<void>;

  constructor(services: readonly ServiceProcess[]) {
    this.#watching = this.#watch(services);
  }

  /** The most megabytes that each has had in memory, by its name, since this was asked last. */
  most(): Record<string, number> {
    const most = Object.fromEntries(this.#most);
    this.#most.clear();
    return most;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#watching;
  }

  async #watch(services: readonly ServiceProcess[]): Promise<void> {
    while (!this.#ending.signal.aborted) {
      for (const { name, pid } of services)
        this.#most.set(name, Math.max(this.#most.get(name) ?? 0, residentMegabytes(pid)));
      await sleep(200);
    }
  }
}

function residentMegabytes(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
