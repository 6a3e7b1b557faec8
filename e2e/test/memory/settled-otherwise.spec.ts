import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { features } from '@neartime/features';
import { requestsFor, retireFeature } from '@neartime/settling';
import { type Reservoir, StoreError, objectName } from '@neartime/streams';
import { expect, it } from 'vitest';
import { Settling, turn } from './settling.ts';

const small = ['--sources', '2', '--files', '4', '--events', '200'];
const [devices] = features;

it('parity is equal where all is well, and says what differs, with both versions, where it is not', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, topology } = settling;
  await settling.bring(expected.files);
  await settling.closeAll();
  const { reprocessor, parity } = await topology.reprocessor(features, { parityOneIn: 1 });
  await turn(reprocessor);
  await turn(reprocessor);
  const windows = Object.keys(expected.objects()).map((name) => name.slice(0, name.lastIndexOf('/')));
  expect(parity.length).toBeGreaterThanOrEqual(new Set(windows).size);
  expect(new Set(parity.map(({ outcome }) => outcome))).toEqual(new Set(['equal']));

  const damaged = parity.find(({ feature, window }) => feature === devices.name && window > 0)!;
  const parts = await catalogue.windowParts({ feature: devices.name, window: damaged.window });
  const { partition, etag } = parts.find(({ rows }) => rows > 0)!;
  const name = objectName(devices.name, damaged.window, partition);
  const bytes = (await topology.objects.get(name))!;
  await topology.objects.put(name, Buffer.from('something else'), { ifMatch: etag! });
  await catalogue.askParity(devices.name, [damaged.window]);
  await turn(reprocessor);
  const found = parity.at(-1)!;
  expect(found).toMatchObject({ feature: devices.name, window: damaged.window, outcome: 'differs' });
  expect(found.detail).toContain(`part ${partition}: ${name} is not the object that was written`);
  const [copy] = /features_parity\S+/.exec(found.detail)!;
  expect(await topology.objects.get(copy!)).toEqual(bytes);
  expect(Buffer.from((await topology.objects.get(name))!).toString()).toBe('something else');
  expect(await catalogue.parityResults(devices.name)).toContainEqual(found);

  // Rows that no raw file gives, with the right lines: the catalogue is wrong with the object.
  await catalogue.recordParts([{ ...parts.find((part) => part.partition === partition)!, checksum: 'another' }]);
  await turn(reprocessor);
  await turn(reprocessor);
  const last = parity.findLast(({ feature, window }) => feature === devices.name && window === damaged.window)!;
  expect(last.detail).toMatch(
    /^part \d: \d+ rows of \d+ lines stand in .*, raw files give \d+ of \d+, see features_parity/,
  );
});

it('a window is computed anew when somebody asks, once, and not for others', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, topology } = settling;
  await settling.bring(expected.files);
  await settling.closeAll();
  const { reprocessor, revisions } = await topology.reprocessor(features);
  await turn(reprocessor);
  const requests = await requestsFor(catalogue, devices, { from: -Infinity, to: Infinity });
  expect(requests.length).toBeGreaterThan(3);
  await catalogue.ask(requests);
  for (let i = 0; i < 3; i++) {
    await turn(reprocessor);
    await settling.written();
  }
  expect(revisions.map(({ feature, window, revision }) => ({ feature, window, above: revision! - 1 }))).toEqual(
    requests,
  );
  await settling.isAsBackfill();
  await catalogue.ask(await requestsFor(catalogue, devices, { from: requests[0]!.window, to: requests[1]!.window }));
  await turn(reprocessor);
  await settling.written();
  await turn(reprocessor);
  expect(revisions.at(-1)).toEqual({ feature: devices.name, window: requests[0]!.window, revision: 2 });
  await settling.isAsBackfill();
});

it('a window stays as it is, and says so, while a raw file that it needs is away; it is settled when the file is back', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, clock, topology } = settling;
  const [away, late] = [expected.files[0]!, expected.files[1]!];
  await settling.bring(expected.files.filter((path) => path !== late));
  await settling.closeAll();
  await settling.bring([late]);
  await settling.written();
  const before = await topology.stored();
  const { reprocessor, revisions } = await topology.reprocessor(features);
  const place = join(expected.reservoir, away);
  await rename(place, `${place}.away`);
  await turn(reprocessor);
  clock.move(600);
  await turn(reprocessor);
  await settling.written();
  const incomplete = revisions.filter(({ why }) => why !== undefined);
  expect(incomplete.length).toBeGreaterThan(0);
  for (const { why } of incomplete) expect(why).toContain(`s3://raw/${away} cannot be read`);
  const parts = await catalogue.windowParts();
  expect(parts.some(({ state }) => state === 'incomplete')).toBe(true);
  const untouched = incomplete.map(({ feature, window }) => objectName(feature, window, 0).split('/part-')[0]!);
  const after = await topology.stored();
  for (const [name, hash] of Object.entries(before))
    if (untouched.some((folder) => name.startsWith(folder))) expect(after[name]).toBe(hash);

  await rename(`${place}.away`, place);
  for (let step = 2; step < 5; step++) {
    clock.move(600 * 2 ** (step - 1));
    await turn(reprocessor);
    await settling.written();
    await turn(reprocessor);
  }
  await settling.isAsBackfill();
});

it('a window that the stream has not closed a day after its task comes from raw files, and the stream does not put it back', async () => {
  await using settling = await Settling.begin(small);
  const { expected, clock, topology } = settling;
  await settling.bring(expected.files);
  const { reprocessor, revisions } = await topology.reprocessor(features);
  await turn(reprocessor);
  expect(revisions).toEqual([]);
  clock.move(86_400);
  await turn(reprocessor);
  clock.move(600);
  await turn(reprocessor);
  await settling.written();
  await turn(reprocessor);
  await settling.isAsBackfill();
  const count = revisions.length;
  expect(count).toBeGreaterThan(0);
  await settling.closeAll();
  await turn(reprocessor);
  await settling.isAsBackfill();
  expect(revisions.length).toBe(count);
});

it('a raw file that the store cannot give now holds up the windows that need it, and no others', async () => {
  await using settling = await Settling.begin(['--sources', '2', '--files', '12', '--events', '400']);
  const { expected, catalogue, clock, topology } = settling;
  const late = expected.files.filter((_, i) => i % 4 === 1);
  await settling.bring(expected.files.filter((path) => !late.includes(path)));
  await settling.closeAll();
  await settling.bring(late);
  await settling.written();
  const stuck = late[0]!;
  let isStuck = true;
  const over = (reservoir: Reservoir): Reservoir => ({
    list: () => reservoir.list(),
    stat: (path) => reservoir.stat(path),
    async *open(path) {
      if (isStuck && path === stuck) throw new StoreError('s3: cannot get it: 500', { retriable: true });
      yield* reservoir.open(path);
    },
  });
  const { reprocessor, revisions, parity } = await topology.reprocessor(features, { over, parityOneIn: 1 });
  await turn(reprocessor);
  const needed = new Set(await catalogue.windowsOf(`s3://raw/${stuck}`));
  const listed = (await catalogue.toCheck()).map(({ window }) => window);
  expect(listed.some((window) => !needed.has(window))).toBe(true);
  for (let i = 0; i < 4; i++) {
    clock.move(600);
    await expect(turn(reprocessor)).rejects.toThrow('s3: cannot get it: 500');
    await settling.written();
  }
  expect((await catalogue.toCheck()).every(({ window }) => needed.has(window))).toBe(true);
  expect(revisions.length).toBeGreaterThan(0);
  expect(revisions.some(({ window }) => needed.has(window))).toBe(false);
  expect(parity.length).toBeGreaterThan(0);
  isStuck = false;
  for (let i = 0; i < 3; i++) {
    clock.move(600);
    await turn(reprocessor);
    await settling.written();
  }
  await settling.isAsBackfill();
});

it('a feature that was retired for a while gets what came meanwhile, and is not looked at again when it is merely started', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, clock, topology } = settling;
  const late = expected.files[1]!;
  await settling.bring(expected.files.filter((path) => path !== late));
  await settling.closeAll();
  const { reprocessor: before } = await topology.reprocessor(features, { owner: 'before' });
  await turn(before);
  const [first, ...others] = features;
  expect(await retireFeature(catalogue, first!.name)).toBe(true);
  const rest = await topology.reprocessor(others, { owner: 'rest' });
  await settling.bring([late]);
  await settling.written();
  for (const seconds of [61, 600, 61]) {
    clock.move(seconds);
    await turn(rest.reprocessor);
    await settling.written();
  }
  expect(await catalogue.toCheck()).toEqual([]);
  const all = await topology.reprocessor(features, { owner: 'all' });
  for (const seconds of [61, 600, 61]) {
    clock.move(seconds);
    await turn(all.reprocessor);
    await settling.written();
  }
  expect(new Set(all.revisions.map(({ feature }) => feature))).toEqual(new Set([first!.name]));
  await settling.isAsBackfill();
  await topology.reprocessor(features, { owner: 'again' });
  expect(await catalogue.toCheck()).toEqual([]);
});

it('the parity of a window that is changed while it is computed is not judged, but stays due', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, topology } = settling;
  await settling.bring(expected.files);
  await settling.closeAll();
  const { reprocessor } = await topology.reprocessor(features);
  await turn(reprocessor);
  const [part] = (await catalogue.windowParts({ feature: devices.name })).filter(({ rows }) => rows > 0);
  await catalogue.askParity(devices.name, [part!.window]);
  const touching = (reservoir: Reservoir): Reservoir => ({
    list: () => reservoir.list(),
    stat: (path) => reservoir.stat(path),
    async *open(path) {
      // As the writer does, who has written a revision, or the ingestor, who has read a file.
      await catalogue.recordParts([part!]);
      yield* reservoir.open(path);
    },
  });
  const meanwhile = await topology.reprocessor(features, { over: touching });
  await turn(meanwhile.reprocessor);
  expect(meanwhile.parity).toEqual([]);
  expect(await catalogue.parityDue(devices.name)).toEqual([part!.window]);
  settling.clock.move(61);
  await turn(reprocessor);
  await turn(reprocessor);
  expect(await catalogue.parityResults(devices.name)).toMatchObject([{ window: part!.window, outcome: 'equal' }]);
});

it('a file that newer reading code counts otherwise has its row replaced when it is read again', async () => {
  await using settling = await Settling.begin(small);
  const { expected, catalogue, clock, topology } = settling;
  await settling.bring(expected.files);
  await settling.closeAll();
  const { reprocessor } = await topology.reprocessor(features);
  await turn(reprocessor);
  // As if an older reader had not understood some lines.
  const path = `s3://raw/${expected.files[0]!}`;
  const [file, lines] = [(await catalogue.file(path))!, await catalogue.linesOf(path)];
  const counts = { ...file, fileId: file.fileId!, contentHash: file.contentHash!, rejectedRuns: [] };
  await catalogue.replaceCounts(path, { ...counts, events: file.events - 1, lines: lines.slice(1) });
  await turn(reprocessor);
  clock.move(600);
  await turn(reprocessor);
  await settling.written();
  await turn(reprocessor);
  expect(await catalogue.linesOf(path)).toEqual(lines);
  expect((await catalogue.file(path))!.events).toBe(file.events);
  await settling.isAsBackfill();
});
