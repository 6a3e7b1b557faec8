import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'neartime-closing-line-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const reporter = pathToFileURL(join(root, 'tools/closing-line.ts'));
  writeFileSync(
    join(folder, 'vitest.config.js'),
    `import { ClosingLine } from '${reporter}';
    export default { test: { reporters: ['default', new ClosingLine()] } };`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs spec files, by name, in a Vitest of their own; gives the end of what it printed, from the skipped tests on. */
function run(specs: Record<string, string>, ...args: string[]) {
  rmSync(join(folder, 'test'), { recursive: true, force: true });
  mkdirSync(join(folder, 'test'));
  for (const [name, text] of Object.entries(specs)) {
    const imports = "import { afterAll, beforeAll, describe, expect, it } from 'vitest';\n";
    writeFileSync(join(folder, 'test', `${name}.spec.ts`), imports + text);
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))),
    CI: 'true',
  };
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const skipped = stdout.indexOf('\nSkipped:\n');
  return { end: stdout.slice(skipped >= 0 ? skipped + 1 : stdout.lastIndexOf('\n', stdout.length - 2) + 1), status };
}

it('counts what passed', () => {
  expect(run({ a: "it('x', () => {}); it('y', () => {});" })).toEqual({
    end: '2 passed, 0 failed, 0 skipped\n',
    status: 0,
  });
});

it('names each skipped test with its reason', () => {
  const group = "describe.skipIf(true)('group', { meta: { skipped: 'no servers' } }, () => {";
  const { end, status } = run({
    a: `
      it('x', (ctx) => ctx.skip(true, 'no Docker engine answers'));
      it.skip('y', () => {});
      it.todo('z');
      ${group} beforeAll(() => { throw new Error('no'); }); describe('inner', () => it('v', () => {})); });`,
  });
  expect({ end: end.split('\n'), status }).toEqual({
    end: [
      'Skipped:',
      '  test/a.spec.ts > x: no Docker engine answers',
      '  test/a.spec.ts > y: no reason given',
      '  test/a.spec.ts > z: not written yet',
      '  test/a.spec.ts > group > inner > v: no servers',
      '',
      '0 passed, 0 failed, 4 skipped',
      '',
    ],
    status: 0,
  });
});

it('counts one failure for each thing that went wrong', () => {
  const { end, status } = run({
    test: "it('x', () => expect(1).toBe(2));",
    'file that cannot be loaded': "import './missing.ts'; it('x', () => {});",
    'file with a syntax error': 'it((',
    'file that ends its process': "process.exit(0); it('x', () => {});",
    'rejection that nobody handles': "it('passes', () => void Promise.reject(new Error('x')));",
    'hook of a file': "beforeAll(() => { throw new Error('x'); }); it('is skipped', () => {});",
    'last hook of a group':
      "describe('g', () => { afterAll(() => { throw new Error('x'); }); it('passes', () => {}); });",
  });
  expect({ end: end.split('\n'), status }).toEqual({
    end: [
      'Skipped:',
      '  test/hook of a file.spec.ts > is skipped: a hook of its file failed',
      '',
      '2 passed, 7 failed, 1 skipped',
      '',
    ],
    status: 1,
  });
});

it('counts a run that finds no tests as failed', () => {
  expect(run({})).toEqual({ end: '0 passed, 1 failed, 0 skipped\n', status: 1 });
});

it('does not list what a pattern leaves out', () => {
  const { end } = run({ a: "it('x', () => {}); it('y', () => {});" }, '-t', 'x');
  expect(end).toBe('1 passed, 0 failed, 1 skipped\n');
});
