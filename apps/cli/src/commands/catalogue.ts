import type { Catalogue, WindowPart } from '@neartime/streams';
import { openCatalogue } from '../places/open-place.ts';
import { rowsPlace, type StoreFlags } from '../places/place.ts';
import { wholeNumber } from './options.ts';
import { number, print, printJson, table, time, windowName } from './print.ts';

interface View {
  readonly head: readonly string[];
  /** Rows for machines, each with its cells for people. */
  rows(catalogue: Catalogue): Promise<{ json: unknown; cells: (string | number)[] }[]>;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Whatever the catalogue, the same order. */
const inOrder = <T>(things: readonly T[], keysOf: (thing: T) => readonly (string | number)[]): T[] =>
  things.toSorted((a, b) => {
    const [keys, others] = [keysOf(a), keysOf(b)];
    const differing = keys.findIndex((key, i) => key !== others[i]);
    return differing < 0 ? 0 : keys[differing]! < others[differing]! ? -1 : 1;
  });

const views: Record<string, View> = {
  files: {
    head: ['path', 'file time', 'state', 'read', 'events', 'rejected', 'blank', 'why'],
    rows: async (catalogue) =>
      inOrder(await catalogue.files(), ({ fileTime = -Infinity, path }) => [fileTime, path]).map((file) => ({
        json: {
          ...{ ...file, fileTime: file.fileTime === undefined ? null : time(file.fileTime) },
          rejected: Object.fromEntries(inOrder(Object.entries(file.rejected), ([reason]) => [reason])),
        },
        cells: [
          ...[file.path, file.fileTime === undefined ? '-' : time(file.fileTime), file.state],
          ...[file.read, file.events, sum(file.rejected), file.blank],
          file.reason ? `${file.reason}: ${file.detail ?? ''}` : '',
        ],
      })),
  },
  tasks: {
    head: ['source_bucket', 'file_path', 'data_chunk', 'ts_to_process'],
    rows: async (catalogue) =>
      inOrder(await catalogue.tasks(), ({ tsToProcess, filePath }) => [tsToProcess, filePath]).map((task) => {
        const row = {
          source_bucket: task.sourceBucket,
          file_path: task.filePath,
          data_chunk: time(task.dataChunk),
          ts_to_process: time(task.tsToProcess),
        };
        return { json: row, cells: Object.values(row) };
      }),
  },
  windows: {
    head: ['feature', 'window', 'revision', 'parts', 'rows', 'lines', 'state'],
    rows: async (catalogue) => {
      const windows = Map.groupBy(await catalogue.windowParts(), ({ feature, window }) => `${feature} ${window}`);
      return [...windows.values()].map((parts) => {
        const { feature, window, revision, state } = parts[0];
        const rows = parts.reduce((total, part) => total + part.rows, 0);
        const lines = parts.reduce((total, part) => total + part.lines.lines, 0);
        return {
          json: { feature, window: time(window), revision, state, rows, lines, parts: parts.map(partJson) },
          cells: [
            feature,
            windowName(window),
            String(revision),
            parts.filter((part) => part.rows > 0).length,
            rows,
            lines,
            state,
          ],
        };
      });
    },
  },
  rejected: {
    head: ['reason', 'file', 'lines', 'excerpt'],
    rows: async (catalogue) => {
      const files = new Map((await catalogue.files()).map(({ path, fileTime }) => [path, fileTime]));
      const runs = inOrder(await catalogue.rejectedRuns(), ({ path, firstLine }) => [
        ...[files.get(path) ?? -Infinity, path, firstLine],
      ]);
      return runs.map((run) => ({
        json: run,
        cells: [
          run.reason,
          run.path,
          run.firstLine === run.lastLine ? String(run.firstLine) : `${run.firstLine}-${run.lastLine}`,
          run.excerpt.slice(0, 60),
        ],
      }));
    },
  },
};

/** Of a part what its window does not say. */
const partJson = ({ partition, revision, rows, checksum, lines, etag, state, closedAt, writtenAt }: WindowPart) => ({
  ...{ partition, revision, rows, checksum, lines, etag, state },
  closedAt: time(Math.floor(closedAt)),
  writtenAt: time(Math.floor(writtenAt)),
});

export async function catalogueCommand(
  name: string,
  flags: StoreFlags & { limit: string; json?: boolean },
): Promise<void> {
  const limit = wholeNumber('--limit', [1, 1_000_000])(flags.limit);
  await using catalogue = await openCatalogue(rowsPlace(name, flags));
  const rows = await views[name].rows(catalogue.port);
  if (flags.json) return printJson(rows.map(({ json }) => json));
  print(
    table(
      views[name].head,
      rows.slice(0, limit).map(({ cells }) => cells),
    ),
  );
  if (rows.length > limit) print(`… and ${number(rows.length - limit)} more (--limit, or --json for all)`);
}
