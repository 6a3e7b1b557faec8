/** An ETag as we hand it round: without the quotes that some answers and listings have and others have not. */
export const bareETag = (etag: string | undefined): string => (etag ?? '').replace(/^"(.*)"$/, '$1');

/** An ETag as a condition wants it. */
export const quotedETag = (etag: string): string => `"${etag}"`;
