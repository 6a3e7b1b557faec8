import { z } from 'zod';
import { type Notice, parseJsonNotice, parsePath } from '../../notice.ts';

/** What is wrong with a request: with all of it, or with one of its items. */
export interface Fault {
  /** Its place in `paths`, from 0. */
  readonly item?: number;
  readonly why: string;
}

/** A request may hand in so many notices. */
export const mostNotices = 10_000;

const paths = z.union([
  z.strictObject({ path: z.string() }).transform(({ path }) => [path]),
  z.strictObject({ paths: z.array(z.string()) }).transform(({ paths: all }) => all),
]);

/**
 * The notices of a request's body: `{"path": "s3://…"}`, `{"paths": […]}`, or what a record of `raw-files` may hold as JSON, an
 * S3 event or "complete up to". Either all of it is good, or everything that is wrong with it is told.
 */
export function parseHandedIn(body: string): readonly Notice[] | { readonly faults: readonly Fault[] } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return { faults: [{ why: `it is no JSON: ${(error as Error).message}` }] };
  }
  const given = paths.safeParse(json);
  if (given.success) return filesAt(given.data);
  if (isOfPaths(json)) return { faults: given.error.issues.flatMap(faultsOf) };
  const notices = parseJsonNotice(json);
  if (!('undecodable' in notices)) return notices;
  return { faults: [{ why: `${notices.undecodable}, and has neither "path" nor "paths"` }] };
}

function filesAt(texts: readonly string[]): readonly Notice[] | { readonly faults: readonly Fault[] } {
  const parsed = texts.map((text) => parsePath(text));
  const faults = parsed.flatMap((one, item) => ('undecodable' in one ? [{ item, why: one.undecodable }] : []));
  return faults.length > 0 ? { faults } : (parsed as (readonly Notice[])[]).flat();
}

const isOfPaths = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && ('path' in json || 'paths' in json);

/** Of the two forms, what is wrong with the one that was meant: the one that fails further inside. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'invalid_union') return [faultOf(issue)];
  const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map(({ path }) => path.length));
  return issue.errors.toSorted((a, b) => depth(b) - depth(a))[0]!.map(faultOf);
}

function faultOf({ path, message }: z.core.$ZodIssue): Fault {
  const item = path.find((part) => typeof part === 'number');
  return { ...(item !== undefined && { item }), why: message };
}
