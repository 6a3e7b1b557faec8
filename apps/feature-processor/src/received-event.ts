import type { EventView } from '@neartime/engines';
import { type EventSchema, scaleOf } from '@neartime/schemas';

/** An event record as the log gives it, its texts as UTF-8 bytes. */
export interface ReceivedEvent {
  readonly file_id: Uint8Array;
  readonly line: number;
  readonly timestamp: number;
  readonly [field: string]: Uint8Array | number | null;
}

const roomToBeginWith = 4096;

/** Lays records out as the view that folds take; one view, used again for every event. */
export class ReceivedView {
  readonly view: EventView;
  readonly #names: readonly string[];
  readonly #isNumber: readonly boolean[];

  constructor(schema: EventSchema) {
    this.#names = Object.keys(schema);
    this.#isNumber = Object.values(schema).map(
      (kind) => kind === 'timestamp' || kind === 'integer' || scaleOf(kind) > 0 || kind === 'decimal(0)',
    );
    const fields = this.#names.length;
    this.view = {
      bytes: new Uint8Array(roomToBeginWith),
      starts: new Int32Array(fields),
      ends: new Int32Array(fields),
      numbers: new Float64Array(fields),
      at: 0,
      line: 0,
    };
  }

  of(event: ReceivedEvent): EventView {
    const { view } = this;
    let at = 0;
    for (let field = 0; field < this.#names.length; field++) {
      const value = event[this.#names[field]!];
      view.starts[field] = at;
      if (this.#isNumber[field]) {
        view.numbers[field] = typeof value === 'number' ? value : NaN;
      } else if (value instanceof Uint8Array) {
        if (at + value.length > view.bytes.length) this.#grow(at + value.length);
        view.bytes.set(value, at);
        at += value.length;
      }
      view.ends[field] = at;
    }
    view.line = event.line;
    return view;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.view.bytes.length * 2));
    larger.set(this.view.bytes);
    this.view.bytes = larger;
  }
}
