import { parseRawFileName } from '@neartime/ingest';
import type { ListedFile } from '@neartime/streams';

/** Files whose paths begin with `prefix` and come after `after`, in the order of their paths' UTF-8 bytes. */
export type SortedListing = (part: { readonly prefix: string; readonly after?: string }) => AsyncIterable<ListedFile>;

/**
 * The files below a prefix that lie in the day folders from `firstDay` (`2018/08/01`) on, and those whose paths name no day.
 * Where an older day shows up, the listing begins anew at its source's first day that is wanted: about one request for each
 * source, however many years lie there. A source inside the day folders of another, `in/a/2018/b/2018/08/01/…`, may be passed
 * over with them.
 */
export async function* recentFiles(list: SortedListing, prefix: string, firstDay: string): AsyncIterable<ListedFile> {
  let after: string | undefined;
  do {
    let jump: string | undefined;
    for await (const file of list({ prefix, ...(after !== undefined && { after }) })) {
      const source = parseRawFileName(file.path)?.source;
      if (source !== undefined && file.path.slice(source.length, source.length + firstDay.length) < firstDay) {
        jump = source + firstDay;
        break;
      }
      yield file;
    }
    after = jump;
  } while (after !== undefined);
}

/** The day folder of a time, `2018/08/01`. */
export const dayOf = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10).replaceAll('-', '/');
