type Metadata = Readonly<Record<string, string>>;

/** A header's value keeps what is printable ASCII, and inner spaces at best: the rest of a text is percent-encoded. */
export const encodedMetadata = (metadata: Metadata): Record<string, string> =>
  mapped(metadata, (text) => text.toWellFormed().replace(/[^!-$&-~]/gu, encodeURIComponent));

/** What was encoded; a text that others wrote, and is none of ours, stays as it is. */
export const decodedMetadata = (metadata: Metadata): Record<string, string> => mapped(metadata, decoded);

const mapped = (metadata: Metadata, map: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, map(text)]));

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
