import { type DeadLetter, deadLetterRecord, topics } from '@neartime/schemas';
import type { Clock } from '../clock.ts';
import type { LogWriter, LoggedRecord, TopicPartition } from '../log.ts';
import { RecordEncoder } from './record-encoder.ts';
import type { SchemaRegistry } from './schema-registry.ts';

/** So much is kept of a record: a letter must not be too large for the log itself. */
const mostBytes = 64 * 1024;

/** Where records go that cannot be decoded: they stop nothing, and somebody can look at them. */
export class DeadLetters {
  readonly #log: LogWriter;
  readonly #clock: Clock;
  readonly #encoder: RecordEncoder<DeadLetter>;
  readonly #onBuried: (letter: DeadLetter) => void;

  private constructor(
    log: LogWriter,
    clock: Clock,
    encoder: RecordEncoder<DeadLetter>,
    onBuried: (letter: DeadLetter) => void,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#encoder = encoder;
    this.#onBuried = onBuried;
  }

  static async over(
    log: LogWriter,
    registry: SchemaRegistry,
    clock: Clock,
    onBuried: (letter: DeadLetter) => void,
  ): Promise<DeadLetters> {
    return new DeadLetters(log, clock, await RecordEncoder.of(registry, deadLetterRecord), onBuried);
  }

  async bury(
    { topic, partition }: TopicPartition,
    { offset, key, value }: LoggedRecord,
    reason: string,
  ): Promise<void> {
    const letter = {
      ...{ topic, partition, offset, key: key && Buffer.from(key.subarray(0, mostBytes)) },
      reason: value.length > mostBytes ? `${reason} (of its ${value.length} bytes the first are kept)` : reason,
      value: Buffer.from(value.subarray(0, mostBytes)),
    };
    const record = {
      key: Buffer.from(`${topic}[${partition}]`),
      value: this.#encoder.encode(letter),
      timestamp: this.#clock.now() * 1000,
    };
    await this.#log.append([{ topic: topics.deadLetters, partition: 0, records: [record] }]);
    this.#onBuried(letter);
  }
}
