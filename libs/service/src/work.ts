import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { StoreError } from '@neartime/streams';
import type { Check, HealthSource } from './health/index.ts';
import type { Logger } from './logging.ts';
import { reasonOf } from './reason.ts';

/** Work that goes on until it is disposed of, which finishes what is in hand. */
export interface RunningWork extends AsyncDisposable {
  ready(): Check;
}

/** How long servers are waited for, and who hears of it. */
export interface Patience {
  /** Aborted when the service has to end, whatever is in hand. */
  readonly signal: AbortSignal;
  readonly onTrouble: (error: Error) => void;
  /** Holds why something is waited for, as long as it is. */
  readonly waits: Map<object, StoreError>;
}

/** What is left of the ten seconds that a service has to stop is for leaving groups and closing connections. */
const finishMs = 7000;

/**
 * What a service does beside answering HTTP. It starts in the background, so that a service that waits for its servers says so
 * when it is asked; a start that cannot succeed ends the process. It ends before HTTP does.
 */
export class Work implements OnApplicationBootstrap, BeforeApplicationShutdown, HealthSource {
  readonly name: string;
  readonly #start: (patience: Patience) => Promise<RunningWork>;
  readonly #logger: Logger;
  readonly #ending = new AbortController();
  readonly #waits = new Map<object, StoreError>();
  #starting: Promise<void> | undefined;
  #running: RunningWork | undefined;
  #trouble: string | undefined;

  constructor(name: string, logger: Logger, start: (patience: Patience) => Promise<RunningWork>) {
    this.name = name;
    this.#logger = logger;
    this.#start = start;
  }

  onApplicationBootstrap(): void {
    const onTrouble = (error: Error | StoreError) => {
      this.#trouble = reasonOf(error);
      this.#logger.warn({ err: error }, 'trying again');
    };
    this.#starting = this.#start({ signal: this.#ending.signal, onTrouble, waits: this.#waits }).then((running) => {
      this.#running = running;
      this.#logger.info('started');
    });
    this.#starting.catch((error: unknown) => {
      if (!this.#ending.signal.aborted) throw error;
    });
  }

  live(): Check {
    return { ok: true };
  }

  ready(): Check {
    if (this.#ending.signal.aborted) return { ok: false, why: 'it stops' };
    if (!this.#running) return { ok: false, why: this.#trouble ? `it waits: ${this.#trouble}` : 'it starts' };
    const check = this.#running.ready();
    const [waits] = this.#waits.values();
    if (waits) return { ...check, ok: false, why: `it waits: ${reasonOf(waits)}` };
    return check.ok || !this.#trouble ? check : { ...check, why: `${check.why}: ${this.#trouble}` };
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.#running) {
      this.#ending.abort();
      await this.#starting?.catch(() => undefined);
    }
    const done = new AbortController();
    void sleep(finishMs, undefined, { signal: done.signal }).then(
      () => this.#ending.abort(),
      () => undefined,
    );
    await this.#running?.[Symbol.asyncDispose]();
    done.abort();
  }
}
