import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ListedFile, Reservoir } from '../src/index.ts';
import { collected } from './collected.ts';
import type { Opened } from './opened.ts';

/** A reservoir that the test fills. */
export interface FilledReservoir extends Opened<Reservoir> {
  fill(path: string, text: string | Uint8Array): Promise<void>;
}

export const listed = async (reservoir: Reservoir): Promise<ListedFile[]> =>
  (await collected(reservoir.list())).sort((a, b) => (a.path < b.path ? -1 : 1));

export const paths = async (reservoir: Reservoir): Promise<string[]> =>
  (await listed(reservoir)).map(({ path }) => path);

/** The bytes of a file; pieces are copied, as they stand for a while only. */
const bytesOf = async (reservoir: Reservoir, path: string, version?: string): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of reservoir.open(path, version)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
};

const path = 'in/olx/android/2018/08/01/201808-01-104234.gz';

/** The promises of Reservoir. */
export function reservoirContract(subject: string, open: () => Promise<FilledReservoir>): void {
  describe(`${subject} as a reservoir`, () => {
    it('lists every *.gz below in/, and nothing else', async () => {
      await using opened = await open();
      const files = ['in/0.gz', 'in/olx/ios/2018/08/01/a.gz', path, 'in/żółw 😀/x.gz'];
      for (const file of [...files, 'in/olx/notes.txt', 'out/2018/a.gz', 'in/a.gz.tmp']) await opened.fill(file, 'x');
      expect(await paths(opened.port)).toEqual(files.sort());
    });

    it('lists more files than it looks at side by side, each once', async () => {
      await using opened = await open();
      const files = Array.from({ length: 100 }, (_, i) => `in/s${i % 3}/${String(i).padStart(3, '0')}.gz`).sort();
      for (const file of files) await opened.fill(file, 'x');
      expect(await paths(opened.port)).toEqual(files);
    });

    it('says how long a file is and gives its bytes', async () => {
      await using opened = await open();
      await opened.fill(path, 'packed');
      expect(await listed(opened.port)).toMatchObject([{ path, size: 6 }]);
      expect((await bytesOf(opened.port, path)).toString()).toBe('packed');
    });

    it.each([0, 1, 262_143, 262_144, 262_145, 524_288, 3_000_001])('gives each of %i bytes', async (size) => {
      await using opened = await open();
      const bytes = randomBytes(size);
      await opened.fill(path, bytes);
      expect((await bytesOf(opened.port, path)).equals(bytes)).toBe(true);
    });

    it('goes on after somebody took the first piece of a file only', async () => {
      await using opened = await open();
      await opened.fill(path, randomBytes(1_000_000));
      for await (const piece of opened.port.open(path)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect(await bytesOf(opened.port, path)).toHaveLength(1_000_000);
    });

    it('keeps the version of a file that stays, and changes that of one that is written again', async () => {
      await using opened = await open();
      await opened.fill(path, 'packed');
      await opened.fill('in/other.gz', 'other');
      const before = await listed(opened.port);
      expect(await listed(opened.port)).toEqual(before);
      await opened.fill('in/other.gz', 'longer');
      const after = await listed(opened.port);
      const versions = (files: ListedFile[]) => new Map(files.map((file) => [file.path, file.version]));
      expect(versions(after).get(path)).toBe(versions(before).get(path));
      expect(versions(after).get('in/other.gz')).not.toBe(versions(before).get('in/other.gz'));
    });

    it('fails when a file is opened that is not there', async () => {
      await using opened = await open();
      await expect(bytesOf(opened.port, path)).rejects.toThrow();
    });

    it('shows one file as the listing shows it', async () => {
      await using opened = await open();
      await opened.fill(path, 'packed');
      await opened.fill('in/żółw 😀 100%+=/x.gz', '');
      for (const file of await listed(opened.port)) expect(await opened.port.stat(file.path)).toEqual(file);
    });

    it.each([path, 'in/olx', 'in/olx/ios/x.gz/y.gz'])('refuses to show %s, which is no file', async (missing) => {
      await using opened = await open();
      await opened.fill('in/olx/ios/x.gz', 'packed');
      await expect(opened.port.stat(missing)).rejects.toMatchObject({ name: 'FileRefused', reason: 'missing' });
    });

    it('opens a file in the version that was shown', async () => {
      await using opened = await open();
      await opened.fill(path, 'packed');
      const { version } = await opened.port.stat(path);
      expect((await bytesOf(opened.port, path, version)).toString()).toBe('packed');
    });

    it('refuses a version that a file has not any more, and gives the one that it has', async () => {
      await using opened = await open();
      await opened.fill(path, 'packed');
      const { version } = await opened.port.stat(path);
      await opened.fill(path, 'packed again');
      await expect(bytesOf(opened.port, path, version)).rejects.toMatchObject({
        name: 'FileRefused',
        message: `${path}: changed`,
        reason: 'changed',
      });
      const now = await opened.port.stat(path);
      expect((await bytesOf(opened.port, path, now.version)).toString()).toBe('packed again');
    });

    it('refuses any version of a file that is not there', async () => {
      await using opened = await open();
      await opened.fill('in/other.gz', 'other');
      const { version } = await opened.port.stat('in/other.gz');
      await expect(bytesOf(opened.port, path, version)).rejects.toMatchObject({
        name: 'FileRefused',
        reason: 'missing',
      });
    });
  });
}
