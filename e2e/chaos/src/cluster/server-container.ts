import { setTimeout as sleep } from 'node:timers/promises';
import { type StartedTestContainer, getContainerRuntimeClient } from 'testcontainers';

const startMs = 120_000;
const askMs = 4000;

/** A server in a container that can be ended and started again: it keeps its ports and what it has written. */
export class ServerContainer implements AsyncDisposable {
  readonly #container: StartedTestContainer;
  readonly #answers: () => Promise<boolean>;

  /** `answers`: whether it does its work. */
  constructor(container: StartedTestContainer, answers: () => Promise<boolean>) {
    this.#container = container;
    this.#answers = answers;
  }

  /** Ends its process at once, as a power cut does. */
  async kill(): Promise<void> {
    await (await this.#handle()).kill();
  }

  /** Asks its process to end, as an operator does. */
  async stop(): Promise<void> {
    await (await this.#handle()).stop({ t: 20 });
  }

  /** Starts it again, and waits until it answers. */
  async start(): Promise<void> {
    await (await this.#handle()).start();
    await this.answering();
  }

  async answering(): Promise<void> {
    // A driver that is spoken to by a server that has only just begun may wait for ever.
    const soon = () => Promise.race([this.#answers().catch(() => false), sleep(askMs, false, { ref: false })]);
    for (const end = performance.now() + startMs; !(await soon()); await sleep(200))
      if (performance.now() > end) throw new Error(`${this.#container.getName()} does not answer`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop({ timeout: 0 });
  }

  async #handle() {
    const { container } = await getContainerRuntimeClient();
    return container.getById(this.#container.getId());
  }
}
