import { noLines, sameLines } from '@neartime/engines';
import type { Catalogue, RegisteredFeature, WindowPart } from '@neartime/streams';

/** What a window of a feature is, beside what the files sent to it. */
export interface WindowState {
  /**
   * - `settled`: on every partition it was made of the lines that the files say they sent there, in number and hash sum.
   * - `differs`: a closed part was not, or its rows did not come whole, or a file that it needs could not be read; or somebody
   *   asked for a revision that does not stand yet.
   * - `open`: nothing differs, but parts that lines were sent to are not written yet.
   */
  readonly is: 'settled' | 'differs' | 'open';
  /** How many lines the files sent. */
  readonly lines: number;
}

export interface Comparison {
  /** Somebody asked for revisions above this one. */
  readonly above?: number | undefined;
  /** By partition, up to where the stream has closed: a part that is not there was closed without lines. */
  readonly closedUpTo?: readonly (number | undefined)[];
}

/** Compares a window with what the files sent to it. */
export async function windowState(
  catalogue: Pick<Catalogue, 'linesSent' | 'windowParts'>,
  { name, entity, since }: RegisteredFeature,
  window: number,
  { above, closedUpTo = [] }: Comparison = {},
): Promise<WindowState> {
  if (window < since) return { is: 'settled', lines: 0 };
  const [sent, recorded] = await Promise.all([
    catalogue.linesSent(entity, window),
    catalogue.windowParts({ feature: name, window }),
  ]);
  const parts = new Map(recorded.filter(({ state }) => state !== 'stale').map((part) => [part.partition, part]));
  const standing = [...parts.values()];
  const filled = [...sent.keys()].filter((partition) => (sent[partition]?.lines ?? 0) > 0);
  const lines = filled.reduce((sum, partition) => sum + sent[partition]!.lines, 0);
  const isAsIs = ({ partition, state, lines: made }: WindowPart) =>
    state === 'written' && sameLines(made, sent[partition] ?? noLines);
  const absent = filled.filter((partition) => !parts.has(partition));
  const lacking = absent.length > 0;
  const isClosed = absent.some((partition) => window <= (closedUpTo[partition] ?? -Infinity));
  const isBelow = above !== undefined && (lacking || standing.some(({ revision }) => revision <= above));
  if (isBelow || isClosed || !standing.every(isAsIs)) return { is: 'differs', lines };
  return { is: lacking ? 'open' : 'settled', lines };
}
