const shown = 5;

/** What stands in only one of two lists, in words; nothing when they are the same. */
export function differences(what: string, wanted: Iterable<string>, found: Iterable<string>): string[] {
  const [wantedSet, foundSet] = [new Set(wanted), new Set(found)];
  return [
    ...told(
      `${what}: missing`,
      [...wantedSet].filter((item) => !foundSet.has(item)),
    ),
    ...told(
      `${what}: not expected`,
      [...foundSet].filter((item) => !wantedSet.has(item)),
    ),
  ];
}

function told(what: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const first = items.toSorted().slice(0, shown).join(', ');
  return [`${what} (${items.length}): ${first}${items.length > shown ? ', …' : ''}`];
}
