import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ListedFile, Reservoir } from '../src/index.ts';
import { collected } from './collected.ts';
import type { Opened } from './opened.ts';

/** A reservoir that the test fills. */
export interface FilledReservoir extends Opened<Reservoir> {
  fill(path: string, text: string): Promise<void>;
}

export const listed = async (reservoir: Reservoir): Promise<ListedFile[]> =>
  (await collected(reservoir.list())).sort((a, b) => (a.path < b.path ? -1 : 1));

export const paths = async (reservoir: Reservoir): Promise<string[]> =>
  (await listed(reservoir)).map(({ path }) => path);

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
      expect((await buffer(opened.port.open(path))).toString()).toBe('packed');
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
      await expect(buffer(opened.port.open(path))).rejects.toThrow();
    });
  });
}
