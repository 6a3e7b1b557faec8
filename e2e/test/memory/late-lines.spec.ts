import { features } from '@neartime/features';
import type { Reservoir } from '@neartime/streams';
import { describe, expect, it } from 'vitest';
import { Settling, turn } from './settling.ts';
import { until } from './topology.ts';

const small = ['--sources', '2', '--files', '4', '--events', '200'];
const settleAfter = 600;

/** Which revisions each window of each feature had, by its name. */
const byWindow = (revisions: readonly { feature: string; window: number; revision?: number }[]) =>
  Map.groupBy(revisions, ({ feature, window }) => `${feature} ${window}`);

describe('a late file', () => {
  it('is found by counting, and its windows are computed once, ten minutes later', async () => {
    await using settling = await Settling.begin(small);
    const { expected, catalogue, clock, topology } = settling;
    const late = expected.files[1]!;
    await settling.bring(expected.files.filter((path) => path !== late));
    await settling.closeAll();
    const { reprocessor, revisions } = await topology.reprocessor(features, { settleAfter });
    await turn(reprocessor);
    expect(await catalogue.toCheck()).toEqual([]);

    await settling.bring([late]);
    await settling.written();
    expect(topology.late.length).toBeGreaterThan(0);
    await turn(reprocessor);
    await turn(reprocessor);
    expect(revisions).toEqual([]);
    expect((await catalogue.toCheck()).length).toBeGreaterThan(0);
    clock.move(settleAfter);
    await turn(reprocessor);
    await settling.written();
    await turn(reprocessor);
    await settling.isAsBackfill();
    for (const [, times] of byWindow(revisions)) expect(times.map(({ revision }) => revision)).toEqual([1]);
    for (let i = 0; i < 6; i++) await turn(reprocessor);
    expect(new Set((await catalogue.files()).map(({ state }) => state))).toEqual(new Set(['done']));
  });

  it('of a storm of them makes one computation a window and step, however many come', async () => {
    await using settling = await Settling.begin(['--sources', '1', '--files', '9', '--events', '60']);
    const { expected, catalogue, clock, topology } = settling;
    const [first, ...late] = expected.files;
    await settling.bring([first!]);
    await settling.closeAll();
    const { reprocessor, revisions } = await topology.reprocessor(features, { settleAfter });
    const begun = clock.now();
    for (const path of late) {
      await settling.bring([path]);
      await settling.written();
      await turn(reprocessor);
      clock.move(120);
    }
    for (let steps = 0; (await catalogue.toCheck()).length > 0 && steps < 20; steps++) {
      clock.move(settleAfter);
      await turn(reprocessor);
      await settling.written();
      await turn(reprocessor);
    }
    await settling.isAsBackfill();
    const steps = Math.ceil((clock.now() - begun) / settleAfter);
    for (const [, times] of byWindow(revisions)) {
      expect(times.length).toBeLessThanOrEqual(steps);
      expect(times.map(({ revision }) => revision)).toEqual(times.map((_, i) => i + 1));
    }
    expect(revisions.length).toBeLessThan(late.length * features.length * 4);
  });

  it('is found also when the processor that saw its lines ends before anything else', async () => {
    await using settling = await Settling.begin(small);
    const { expected, clock, topology, members } = settling;
    const late = expected.files[2]!;
    await settling.bring(expected.files.filter((path) => path !== late));
    await settling.closeAll();
    // What it has seen it forgets; the next one begins behind it.
    await settling.bring([late]);
    await until(() => topology.late.length > 0, 'late lines were seen');
    await members.splice(1, 1)[0]![Symbol.asyncDispose]();
    topology.late.length = 0;
    members.push(await topology.processor('neartime.all', features));
    await settling.written();
    const { reprocessor } = await topology.reprocessor(features, { settleAfter });
    await turn(reprocessor);
    clock.move(settleAfter);
    await turn(reprocessor);
    await settling.written();
    await turn(reprocessor);
    await settling.isAsBackfill();
  });
});

/** A reservoir in which one file stops after half of its bytes, the second time that it is read, until it is let go on. */
class HalfWay {
  path = '';
  isHalfRead = false;
  readonly #go = Promise.withResolvers<void>();
  #opened = 0;

  goOn(): void {
    this.#go.resolve();
  }

  over = (folder: Reservoir): Reservoir => ({
    list: () => folder.list(),
    stat: (path) => folder.stat(path),
    open: (path, version) => {
      const pieces = folder.open(path, version);
      return path === this.path && ++this.#opened === 2 ? this.#stopping(pieces) : pieces;
    },
  });

  async *#stopping(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(Uint8Array.from(piece));
    const whole = Buffer.concat(all);
    const half = whole.length >> 1;
    // In small pieces, so that what it holds is sent as it is read.
    for (let at = 0; at < half; at += 1000) yield whole.subarray(at, Math.min(at + 1000, half));
    this.isHalfRead = true;
    await this.#go.promise;
    yield whole.subarray(half);
  }
}

describe('a late file that is still being read', () => {
  const large = ['--sources', '1', '--files', '3', '--events', '10000'];

  /** All is closed and settled but for one file, of which half of the lines are in the log; others are held back, too. */
  async function halfRead(heldBack: number) {
    const half = new HalfWay();
    const settling = await Settling.begin(large, half.over);
    settling.onEnd = () => half.goOn();
    const { files } = settling.expected;
    await settling.bring(files.slice(0, files.length - heldBack - 1));
    await settling.closeAll();
    const { reprocessor, revisions } = await settling.topology.reprocessor(features, { settleAfter });
    await turn(reprocessor);
    expect(await settling.catalogue.toCheck()).toEqual([]);
    half.path = files.at(-1)!;
    return { settling, half, reprocessor, revisions, others: files.slice(-heldBack - 1, -1) };
  }

  it('makes no window due before it is read to its end, and each once then', async () => {
    const { settling, half, reprocessor, revisions } = await halfRead(0);
    await using _ = settling;
    await settling.notify(half.path);
    await until(() => half.isHalfRead && settling.topology.late.length > 0, 'late lines of half a file were seen');
    settling.clock.move(settleAfter);
    await turn(reprocessor);
    expect([revisions, await settling.catalogue.toCheck()]).toEqual([[], []]);
    half.goOn();
    await until(async () => (await settling.file(half.path))?.state === 'read', 'it is read');
    await turn(reprocessor);
    settling.clock.move(settleAfter);
    await turn(reprocessor);
    await settling.written();
    await turn(reprocessor);
    await settling.isAsBackfill();
    for (const [, times] of byWindow(revisions)) expect(times).toHaveLength(1);
  });

  it('is not in the revision that others make due meanwhile, but in the next one', async () => {
    const { settling, half, reprocessor, revisions, others } = await halfRead(1);
    await using _ = settling;
    // The others first: the files of a source are read one after the other.
    await settling.bring(others);
    await settling.notify(half.path);
    await until(() => half.isHalfRead, 'half a file is read');
    await turn(reprocessor);
    settling.clock.move(settleAfter);
    await turn(reprocessor);
    await settling.written();
    const before = revisions.length;
    expect(before).toBeGreaterThan(0);
    half.goOn();
    await until(async () => (await settling.file(half.path))?.state === 'read', 'it is read');
    await turn(reprocessor);
    settling.clock.move(2 * settleAfter);
    await turn(reprocessor);
    await settling.written();
    await turn(reprocessor);
    await settling.isAsBackfill();
    expect(revisions.length).toBeGreaterThan(before);
    expect(revisions.some(({ revision }) => revision === 2)).toBe(true);
  });
});
