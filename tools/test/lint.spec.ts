import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const eslint = new ESLint({
  cwd: root,
  // The samples take the place of real files, which the parser must not read from disk instead.
  overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
});

/** The rules that a text breaks when it stands in the place of the file. */
async function brokenRules(path: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  return [...new Set(result?.messages.map(({ ruleId, message }) => ruleId ?? message))];
}

const core = 'libs/engines/src/index.ts';
const schema = 'libs/schemas/src/index.ts';
const adapter = 'libs/parquet/src/index.ts';

describe('core and schema projects', () => {
  const inputAndOutput = [
    'fs',
    'fs/promises',
    'net',
    'http',
    'https',
    'child_process',
    'worker_threads',
    'sqlite',
    'os',
    'timers/promises',
  ];

  it.each(inputAndOutput)('do not import node:%s', async (name) => {
    expect(await brokenRules(core, `export * from 'node:${name}';`)).toEqual(['no-restricted-imports']);
    expect(await brokenRules(schema, `import 'node:${name}';`)).toEqual(['no-restricted-imports']);
    expect(await brokenRules(core, `export const load = () => import('node:${name}');`)).toEqual([
      'no-restricted-syntax',
    ]);
  });

  it('do not import an I/O module by its old name either', async () => {
    expect(await brokenRules(core, "import 'fs';")).toEqual(['no-restricted-imports']);
    expect(await brokenRules(core, "export const load = () => import('fs/promises');")).toEqual([
      'no-restricted-syntax',
    ]);
  });

  it.each(['Date.now()', 'new Date()', 'Date()', 'Math.random()', 'globalThis.process', 'crypto.randomUUID()'])(
    'do not read %s',
    async (expression) =>
      expect(await brokenRules(core, `export const x = ${expression};`)).toEqual(['no-restricted-syntax']),
  );

  it.each(['process.env', 'process.hrtime()', 'performance.now()', "fetch('x')", 'setTimeout(() => {}, 1)'])(
    'do not read %s',
    async (expression) =>
      expect(await brokenRules(schema, `export const x = ${expression};`)).toEqual(['no-restricted-globals']),
  );

  it('do not print', async () => {
    expect(await brokenRules(core, 'console.log(1);')).toEqual(['no-console']);
  });

  it.each([
    "import { Buffer } from 'node:buffer';\nexport const x = Buffer.alloc(1);",
    "import { createHash } from 'node:crypto';\nexport const x = createHash('sha256');",
    'export const x = new Date(0).toISOString();',
    'export const process = 1;\nexport const x = process + 1;',
  ])('may compute: %s', async (text) => expect(await brokenRules(core, text)).toEqual([]));
});

it('adapters may do I/O and read the clock', async () => {
  expect(
    await brokenRules(adapter, "import 'node:fs';\nexport const x = Date.now();\nexport const y = process.env;"),
  ).toEqual([]);
});

describe('everywhere', () => {
  it.each([
    ['export function f() { Promise.resolve(1); }', '@typescript-eslint/no-floating-promises'],
    [
      'export const f = async () => { if (Promise.resolve(true)) return 1; return 2; };',
      '@typescript-eslint/no-misused-promises',
    ],
    ['export const f = async () => await 1;', '@typescript-eslint/await-thenable'],
    ['export const f = (): never => { throw { code: 1 }; };', '@typescript-eslint/only-throw-error'],
    [
      "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 2; };",
      '@typescript-eslint/switch-exhaustiveness-check',
    ],
    ['export const f = (x: any) => x;', '@typescript-eslint/no-explicit-any'],
    ['const unused = 1;', '@typescript-eslint/no-unused-vars'],
    ["import { Count } from './count.ts';\nexport type X = Count;", '@typescript-eslint/consistent-type-imports'],
    ["export { Count } from './count.js';", 'no-restricted-imports'],
    [
      '// eslint-disable-next-line no-var\nexport const x = 1;',
      "Unused eslint-disable directive (no problems were reported from 'no-var').",
    ],
  ])('%s', async (text, rule) => expect(await brokenRules(core, text)).toEqual([rule]));
});
