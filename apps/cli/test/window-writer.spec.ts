import { OpenWindow } from '@neartime/engines';
import { features } from '@neartime/features';
import { systemClock } from '@neartime/streams';
import { at } from '@neartime/testing';
import { expect, it } from 'vitest';
import { openRun } from '../src/embedded/open-run.ts';
import { WindowWriter } from '../src/embedded/window-writer.ts';
import { Workplace } from './reservoirs.ts';

it('writes windows that follow some which no feature writes', async () => {
  using workplace = new Workplace();
  await using run = await openRun(workplace.out);
  const writer = await WindowWriter.over(run, systemClock);
  const windows = ['10:00', '10:10', '10:20'].map((time, i) => {
    const options = { features, partitions: run.store.partitions, tracksChanges: false };
    const window = new OpenWindow(at(time), options);
    // So many that each is a batch of its own.
    Object.defineProperty(window, 'rows', { value: 300_000 });
    return { window, features: i === 0 ? [] : features };
  });
  const written: string[] = [];
  for await (const { feature, window } of writer.write(windows)) written.push(`${feature} ${window}`);
  const expected = ['10:10', '10:20'].flatMap((time) => features.map(({ name }) => `${name} ${at(time)}`));
  expect(written).toEqual(expected);
});
