import type { Differing, ReprocessRequest, WindowToCheck } from '@neartime/streams';
import { listBuckets } from './catalogue-tables.ts';
import { markOf, rowsOfBuckets, thisProcess } from './marks.ts';
import { dropRow, putRow } from './put-row.ts';
import type { CassandraSession, Row } from './session.ts';

const windowSeconds = 600;
const bucketOf = (window: number): number => Math.floor(window / windowSeconds) % listBuckets;

const selectMarks = 'SELECT window, not_before, marked_by, WRITETIME(marked) AS seen FROM to_check WHERE bucket = ?';
const selectAsked = 'SELECT window, feature, above, marked_by, WRITETIME(marked) AS seen FROM asked WHERE bucket = ?';

/** The marks on a window, and the wishes for it, as they were seen. */
interface Seen {
  readonly marks: readonly Row[];
  readonly asked: readonly Row[];
  readonly differing: readonly Row[];
}

/** The windows that are to be compared: each as long as somebody's mark is on it (see marks.ts). */
export class CheckList {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async all(): Promise<WindowToCheck[]> {
    // The marks first: a wish is written before its mark, so that none is taken off with a mark that was seen without it.
    const marks = Map.groupBy(await rowsOfBuckets(this.#session, selectMarks), windowOf);
    const asked = Map.groupBy(await rowsOfBuckets(this.#session, selectAsked), windowOf);
    const differing = Map.groupBy(
      await rowsOfBuckets(this.#session, 'SELECT * FROM differing WHERE bucket = ?'),
      windowOf,
    );
    return [...marks]
      .map(([window, seen]) =>
        entryOf(window, { marks: seen, asked: asked.get(window) ?? [], differing: differing.get(window) ?? [] }),
      )
      .sort((a, b) => a.window - b.window);
  }

  /**
   * Puts windows on the list, each to be compared not before this; one that is there keeps what is known of it. To be called when
   * what is to be compared stands: whoever sees the mark then compares all of it.
   */
  async add(windows: Iterable<number>, notBefore: number): Promise<void> {
    await this.#session.writeEach(
      'INSERT INTO to_check (bucket, window, not_before, marked_by, marked) VALUES (?, ?, ?, ?, true)',
      [...new Set(windows)].map((window) => [bucketOf(window), window, notBefore, thisProcess]),
    );
  }

  /** Nothing when somebody has taken it off meanwhile. */
  async putOff(window: number, feature: string, { attempts, dueAt }: Differing): Promise<void> {
    const marks = await this.#session.all(`${selectMarks} AND window = ?`, [bucketOf(window), window]);
    if (marks.length === 0) return;
    await putRow(this.#session, 'differing', differingAt(window, feature), { attempts, due_at: dueAt });
  }

  async ask(requests: readonly ReprocessRequest[]): Promise<void> {
    await this.#session.writeEach(
      'INSERT INTO asked (bucket, window, feature, marked_by, above, marked) VALUES (?, ?, ?, ?, ?, true)',
      requests.map(({ window, feature, above }) => [bucketOf(window), window, feature, thisProcess, above]),
    );
    await this.add(requests.map(windowInOf), 0);
  }

  /** Takes off what was seen of it. The marks last: as long as one is left the window is compared again. */
  async remove({ window, seen }: WindowToCheck): Promise<void> {
    const { marks, asked, differing } = seen as Seen;
    const at = bucketOf(window);
    for (const row of differing)
      await dropRow(this.#session, 'differing', differingAt(window, row['feature'] as string));
    await this.#session.writeEach(
      'DELETE FROM asked USING TIMESTAMP ? WHERE bucket = ? AND window = ? AND feature = ? AND marked_by = ?',
      asked.map((row) => [markOf(row).seen, at, window, row['feature'], markOf(row).by]),
    );
    await this.#session.writeEach(
      'DELETE FROM to_check USING TIMESTAMP ? WHERE bucket = ? AND window = ? AND not_before = ? AND marked_by = ?',
      marks.map((row) => [markOf(row).seen, at, window, row['not_before'], markOf(row).by]),
    );
  }
}

const differingAt = (window: number, feature: string) => ({ bucket: bucketOf(window), window, feature });
const windowInOf = ({ window }: { readonly window: number }): number => window;
const windowOf = (row: Row): number => Number(row['window']);

function entryOf(window: number, seen: Seen): WindowToCheck {
  const notBefore = seen.marks.map((row) => Number(row['not_before']));
  const asked = new Map<string, number>();
  for (const row of seen.asked) {
    const feature = row['feature'] as string;
    asked.set(feature, Math.max(asked.get(feature) ?? -Infinity, Number(row['above'])));
  }
  const differing = seen.differing.map((row): [string, Differing] => [
    row['feature'] as string,
    { attempts: Number(row['attempts']), dueAt: Number(row['due_at']) },
  ]);
  return {
    window,
    notBefore: notBefore.reduce((latest, one) => Math.max(latest, one)),
    differing: new Map(differing),
    asked,
    seen,
  };
}
