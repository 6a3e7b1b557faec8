import { readFileSync } from 'node:fs';
import type { Problem } from './config-error.ts';
import type { Setting } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The text that was given for a setting; `undefined` when there is none. */
export function givenText(env: Environment, { name, isSecret }: Setting<unknown>): string | Problem | undefined {
  if (!isSecret) return env[name]?.trim() || undefined;
  const fileVariable = `${name}_FILE`;
  const text = env[name] || undefined;
  const path = env[fileVariable]?.trim();
  if (!path) return text;
  if (text !== undefined) return { name, why: `is given twice, by ${fileVariable} too; keep one` };
  return textOf(fileVariable, path);
}

function textOf(name: string, path: string): string | Problem {
  try {
    // Editors, and `kubectl create secret` from a file, leave a line end that is no part of the password.
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return text || { name, why: `names a file that is empty: ${path}` };
  } catch (error) {
    return { name, why: `names a file that cannot be read (${(error as NodeJS.ErrnoException).code}): ${path}` };
  }
}
