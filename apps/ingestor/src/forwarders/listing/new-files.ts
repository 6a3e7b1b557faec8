import { chunkOf, parseRawFileName } from '@neartime/ingest';
import type { Catalogue, CataloguedFile, ListedFile } from '@neartime/streams';
import pLimit from 'p-limit';
import { isTriedAgain } from '../../ingest-file.ts';
import { type CompleteNotice, type FileNotice, pathOf } from '../../notice.ts';
import type { NoticeWriter } from '../notice-writer.ts';
import { type SortedListing, recentFiles } from './recent-files.ts';

export interface NewFilesOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly list: SortedListing;
  readonly catalogue: Pick<Catalogue, 'file' | 'sources'>;
  readonly writer: Pick<NoticeWriter, 'write'>;
}

interface NewFile extends FileNotice {
  readonly source: string | undefined;
  readonly fileTime: number;
}

/** So many questions to the catalogue are under way at once. */
const questionsAtOnce = 16;

/**
 * Finds files that need a notice, again and again. Which those are the catalogue says, not an order of names: whatever stands
 * and has no row there is new, however small its key and however late it comes. What was notified or is known is kept in memory
 * too, by path and version, so that a round asks the catalogue only about what came since the last one; whoever starts with an
 * empty memory notifies at most those files once more that wait in `raw-files`, which is harmless. Files that were set aside,
 * such as for missing, and stand now are notified again too, once by each memory: they need not wait for their next try.
 */
export class NewFiles {
  readonly #options: NewFilesOptions;
  readonly #inTurn = pLimit(questionsAtOnce);
  /** Paths of the last round with their versions. */
  #seen: ReadonlyMap<string, string> = new Map();
  readonly #knownSources = new Set<string>();

  constructor(options: NewFilesOptions) {
    this.#options = options;
  }

  /** Notifies what is new from a day on, oldest first; all of it stands in the log when it returns. */
  async notify(firstDay: string, signal: AbortSignal): Promise<{ files: number; newSources: number }> {
    const { list, prefix, writer } = this.#options;
    const listed = new Map<string, string>();
    const unseen: ListedFile[] = [];
    for await (const file of recentFiles(list, prefix, firstDay)) {
      signal.throwIfAborted();
      listed.set(file.path, file.version);
      if (this.#seen.get(file.path) !== file.version) unseen.push(file);
    }
    const files = await this.#unknown(unseen, signal);
    const beginnings = await this.#beginnings(files);
    signal.throwIfAborted();
    await writer.write([...beginnings, ...files]);
    for (const { source } of beginnings) this.#knownSources.add(source);
    this.#seen = listed;
    return { files: files.length, newSources: beginnings.length };
  }

  /** Sources side by side, each in the order of its time: then none runs far ahead of the others. */
  async #unknown(files: readonly ListedFile[], signal: AbortSignal): Promise<NewFile[]> {
    const { bucket, catalogue } = this.#options;
    const asked = files.map(({ path: key, version }) =>
      this.#inTurn(async () => {
        signal.throwIfAborted();
        const path = pathOf({ bucket, key });
        const name = parseRawFileName(path);
        const isNew = !isTaken(await catalogue.file(path), version);
        return isNew ? [{ bucket, key, source: name?.source, fileTime: name?.fileTime ?? Infinity }] : [];
      }),
    );
    return (await Promise.all(asked)).flat().sort((a, b) => a.fileTime - b.fileTime || (a.key < b.key ? -1 : 1));
  }

  /**
   * Where sources begin that nobody has heard of. It is said of all of them before any of their files, so that the watermark
   * waits for each: without it, the first files of one would close windows that the files of another belong to.
   */
  async #beginnings(files: readonly NewFile[]): Promise<CompleteNotice[]> {
    const firsts = new Map<string, number>();
    for (const { source, fileTime } of files)
      if (source !== undefined && !this.#knownSources.has(source) && !firsts.has(source)) firsts.set(source, fileTime);
    if (firsts.size === 0) return [];
    for (const { source } of await this.#options.catalogue.sources()) this.#knownSources.add(source);
    return [...firsts]
      .filter(([source]) => !this.#knownSources.has(source))
      .map(([source, fileTime]) => ({ source, completeUpTo: chunkOf(fileTime) }));
  }
}

/** Whether the notice of a file has been taken, for good. */
const isTaken = (row: CataloguedFile | undefined, version: string): boolean =>
  row !== undefined && !isTriedAgain(row) && (row.version === version || row.reason === 'no_file_time');
