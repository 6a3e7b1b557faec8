export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A path as a pattern that matches it alone. */
export const globOf = (path: string): string => path.replace(/[[*?]/g, '[$&]');
