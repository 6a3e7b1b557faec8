/** The fields of a line as the JSON text of their keys and values: the form in which a line is made messy. */
export type JsonFields = (readonly [key: string, value: string])[];

export const fieldsOf = (line: string): JsonFields =>
  Object.entries(JSON.parse(line)).map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)]);

export const lineOf = (fields: JsonFields, colon = ':', comma = ','): string =>
  `{${fields.map(([key, value]) => key + colon + value).join(comma)}}`;

/** The line with these fields first, so that a later one of the same name counts. */
export const withFirst = (line: string, ...fields: JsonFields): string => lineOf([...fields, ...fieldsOf(line)]);

/** The line with other values for some of its fields; one that it had not is put last, one without a value goes. */
export function withValues(line: string, values: { readonly [key: string]: string | undefined }): string {
  const kept = fieldsOf(line).filter(([key]) => !(JSON.parse(key) in values));
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return lineOf([...kept, ...given.map(([key, value]) => [JSON.stringify(key), value] as const)]);
}

/** The text of a field, as a reader of the line has it. */
export const textOf = (line: string, key: string): string =>
  String((JSON.parse(line) as Record<string, unknown>)[key] ?? '');
