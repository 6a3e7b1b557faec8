import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalogue, FileState } from '../src/index.ts';
import {
  cell,
  devices,
  eleven,
  features,
  logins,
  nine,
  outcome,
  part,
  read,
  seen,
  stateOf,
  task,
  ten,
} from './catalogued.ts';
import type { Open } from './opened.ts';

/** The promise of Catalogue on files that become done. `runs`: how many runs of steps are tried. */
export function doneFilesContract(open: Open<Catalogue>, runs: number): void {
  describe('markDone', () => {
    it('marks the read files whose windows are all written, however often it is called on the way', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 25, size: 'max' }), async (steps) => {
          await using opened = await open();
          const known = new KnownFiles();
          for (const step of steps) {
            await take(opened.port, step);
            known.take(step);
            if (step.is === 'marked') expect(await opened.port.markDone([devices, logins])).toBe(known.markDone());
            for (const [name, { state }] of known.files) expect(await stateOf(opened.port, seen(name))).toBe(state);
          }
        }),
        { numRuns: runs },
      );
    });

    it('marks a late file whose windows were all written before it came', async () => {
      await using opened = await open();
      await opened.port.recordParts([part(devices, nine)]);
      await opened.port.markDone(features);
      const late = await read(opened.port, 'a', [cell(nine)]);
      expect(await opened.port.markDone(features)).toBe(1);
      expect(await stateOf(opened.port, late)).toBe('done');
    });

    it('marks a file only when every part that it sent lines to is written, from where the feature begins', async () => {
      await using opened = await open();
      const file = await read(opened.port, 'a', [cell(nine), cell(ten), cell(ten, { partition: 2 })]);
      const since = { ...devices, since: ten };
      await opened.port.recordParts([part(devices, ten)]);
      expect(await opened.port.markDone([since])).toBe(0);
      await opened.port.recordParts([part(devices, ten, { partition: 2 })]);
      expect(await opened.port.markDone([devices])).toBe(0);
      expect(await opened.port.markDone([since])).toBe(1);
      expect(await stateOf(opened.port, file)).toBe('done');
    });

    it('looks at all files again when it is asked for other features', async () => {
      await using opened = await open();
      const file = await read(opened.port, 'a', [cell(nine), cell(nine, { entity: 'user' })]);
      await opened.port.recordParts([part(devices, nine)]);
      expect(await opened.port.markDone(features)).toBe(0);
      expect(await opened.port.markDone([devices])).toBe(1);
      expect(await stateOf(opened.port, file)).toBe('done');
    });
  });
}

/** What may complete a file, or take it back. */
type Step =
  | { readonly is: 'read' | 'counted'; readonly file: string; readonly windows: readonly number[] }
  | { readonly is: 'quarantined'; readonly file: string }
  | { readonly is: 'renewed'; readonly file: string }
  | { readonly is: 'written'; readonly window: number; readonly feature: typeof devices | typeof logins }
  | { readonly is: 'marked' }
  | { readonly is: 'forgotten' };

const anyFile = { file: fc.constantFrom('a', 'b', 'c') };
const anyWindow = fc.constantFrom(nine, ten, eleven);
const anyFeature = fc.constantFrom(devices, logins);
const windows = fc.uniqueArray(anyWindow);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ is: fc.constantFrom('read' as const, 'counted' as const), ...anyFile, windows }),
  },
  { weight: 8, arbitrary: fc.record({ is: fc.constant('written' as const), window: anyWindow, feature: anyFeature }) },
  { weight: 8, arbitrary: fc.record({ is: fc.constant('marked' as const) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('quarantined' as const), ...anyFile }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('renewed' as const), ...anyFile }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('forgotten' as const) }) },
);

async function take(catalogue: Catalogue, step: Step): Promise<void> {
  if (step.is === 'marked') return;
  if (step.is === 'written') return catalogue.recordParts([part(step.feature, step.window)]);
  if (step.is === 'forgotten') return catalogue.forgetFiles();
  const one = seen(step.file);
  if (step.is === 'quarantined') return catalogue.quarantine(one, 'changed', 'why');
  if (step.is === 'renewed') return catalogue.renewVersion(one.path, 'v2');
  const found = outcome(step.windows.flatMap((start) => [cell(start), cell(start, { entity: 'user' })]));
  if (step.is === 'read') return catalogue.recordRead(one, found, task(one));
  if (await catalogue.file(one.path)) await catalogue.replaceCounts(one.path, found);
}

interface KnownFile {
  readonly state: FileState;
  readonly windows: readonly number[] | undefined;
}

/** The states of files by their definition, which looks at all files each time. */
class KnownFiles {
  readonly files = new Map<string, KnownFile>();
  readonly #written = new Set<string>();

  take(step: Step): void {
    if (step.is === 'written') this.#written.add(`${step.feature.name} ${step.window}`);
    if (step.is === 'forgotten') {
      this.files.clear();
      this.#written.clear();
    }
    if (!('file' in step)) return;
    const next = after(step, this.files.get(step.file));
    if (next) this.files.set(step.file, next);
  }

  markDone(): number {
    const done = [...this.files].filter(
      ([, { state, windows }]) => state === 'read' && windows!.every((start) => this.#isWritten(start)),
    );
    for (const [name, file] of done) this.files.set(name, { ...file, state: 'done' });
    return done.length;
  }

  #isWritten(start: number): boolean {
    return [devices, logins].every(({ name }) => this.#written.has(`${name} ${start}`));
  }
}

function after(step: Extract<Step, { file: string }>, file: KnownFile | undefined): KnownFile | undefined {
  switch (step.is) {
    case 'read':
      return { state: file?.state === 'done' ? 'done' : 'read', windows: step.windows };
    case 'counted':
      return file && { ...file, windows: step.windows };
    case 'quarantined':
      return { windows: file?.windows, state: 'quarantined' };
    case 'renewed':
      return file && (file.state === 'quarantined' && file.windows ? { ...file, state: 'read' } : file);
  }
}
