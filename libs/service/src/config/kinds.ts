import { accessSync, constants, statSync } from 'node:fs';
import { z } from 'zod';
import { durationForm, secondsIn } from './duration.ts';
import { Secret } from './secret.ts';
import type { Setting } from './setting.ts';

/** What every kind of setting is told. With neither a default nor `optional` the variable must be given. */
export interface Told {
  readonly about: string;
  /** As it would stand in the environment. */
  readonly default?: string;
  readonly optional?: true;
}

/** An optional setting that is not given is `undefined`. */
type Read<T, O extends Told> = O extends { readonly optional: true } ? T | undefined : T;

/** A setting of any kind: the kinds below, and those that one program alone has. */
export const setting = <T, O extends Told>(
  name: string,
  takes: string,
  schema: z.ZodType<T, string>,
  told: O,
): Setting<Read<T, O>> => ({
  kind: 'setting',
  name,
  about: told.about,
  takes,
  default: told.default,
  isOptional: told.optional === true,
  isSecret: false,
  schema: schema as z.ZodType<Read<T, O>, string>,
});

export const text = <O extends Told>(name: string, told: O) => setting(name, 'a text', z.string(), told);

/** At least one part, commas between them; `parts` says which form each has. */
export function list<O extends Told & { readonly parts?: { readonly form: RegExp; readonly takes: string } }>(
  name: string,
  told: O,
) {
  const { form, takes } = told.parts ?? { form: /./, takes: 'parts' };
  const schema = z
    .string()
    .transform((value): readonly string[] => value.split(',').map((part) => part.trim()))
    .pipe(z.array(z.string().regex(form)).readonly());
  return setting(name, `${takes} with commas between them`, schema, told);
}

/** A time such as 500ms, 30s, 3m, 1h or 2d, in seconds; its bounds are written the same way. */
export function duration<O extends Told & { readonly from: string; readonly to: string }>(name: string, told: O) {
  const { from, to } = told;
  const schema = z
    .string()
    .regex(durationForm)
    .transform(secondsIn)
    .pipe(z.number().min(secondsIn(from)).max(secondsIn(to)));
  return setting(name, `a duration from ${from} to ${to}, such as ${told.default ?? from}`, schema, told);
}

export function wholeNumber<O extends Told & { readonly from: number; readonly to: number }>(name: string, told: O) {
  const { from, to } = told;
  const schema = z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number)
    .pipe(z.number().min(from).max(to));
  return setting(name, `a whole number from ${from} to ${to}`, schema, told);
}

export const yesOrNo = <O extends Told>(name: string, told: O) =>
  setting(
    name,
    'true or false',
    z.enum(['true', 'false']).transform((value) => value === 'true'),
    told,
  );

export const oneOf = <const V extends string, O extends Told>(name: string, values: readonly V[], told: O) =>
  setting(name, `one of ${values.join(', ')}`, z.enum(values) as unknown as z.ZodType<V, string>, told);

/** The address of a server. It may hold no user and password: addresses are logged. */
export const url = <O extends Told>(name: string, told: O) =>
  setting(
    name,
    'an http or https address without user and password',
    z.url({ protocol: /^https?$/ }).refine((value) => !value.includes('@')),
    told,
  );

/** The path of a file that can be read now, such as certificates. */
export const file = <O extends Told>(name: string, told: O) =>
  setting(name, 'the path of a file that can be read', z.string().refine(isReadable), told);

/** A password or key, from `NAME` or from the file that `NAME_FILE` names, of which the last line end is cut off. */
export const secret = <O extends Told>(name: string, told: O) => ({
  ...setting(name, `a text, or ${name}_FILE the path of a file that holds it`, z.string().transform(hide), told),
  isSecret: true,
});

const hide = (value: string) => new Secret(value);

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
