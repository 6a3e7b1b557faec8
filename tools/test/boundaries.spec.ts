import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boundaryViolations } from '../module-boundaries.ts';
import { type Project, type ProjectType, projectTypes, readWorkspace } from '../workspace.ts';

const project = (
  name: string,
  type: ProjectType,
  named: readonly string[] = [],
  inDev: readonly string[] = [],
): Project => ({
  name,
  root: `libs/${name}`,
  type,
  packageName: `@neartime/${name}`,
  dependencies: named,
  devDependencies: inDev,
});

const violationsIn = (projects: readonly Project[], files: Record<string, string>): string[] =>
  boundaryViolations(
    { projects, rootDependencies: ['vitest'] },
    Object.entries(files).map(([path, text]) => ({ path, text })),
  ).map(({ path, line, message }) => `${path}:${line} ${message}`);

describe('the type of a project says whom it may import', () => {
  const allowed: Record<ProjectType, readonly ProjectType[]> = {
    app: ['flow', 'wiring', 'adapter', 'port', 'core', 'schema'],
    flow: ['port', 'core', 'schema'],
    wiring: ['adapter', 'port', 'schema'],
    adapter: ['port', 'schema'],
    port: ['schema'],
    core: ['core', 'schema'],
    schema: [],
    testing: projectTypes,
  };
  const pairs = projectTypes.flatMap((from) =>
    projectTypes.map((to) => ({ from, to, isAllowed: allowed[from].includes(to) })),
  );

  it.each(pairs)('$from → $to: $isAllowed', ({ from, to, isAllowed }) => {
    const projects = [project('from', from, ['@neartime/to']), project('to', to)];
    const found = violationsIn(projects, { 'libs/from/src/index.ts': "export { x } from '@neartime/to';" });
    expect(found).toHaveLength(isAllowed ? 0 : 1);
  });

  it.each([
    "import { x } from '@neartime/to';",
    "import type { X } from '@neartime/to';",
    "import '@neartime/to';",
    "export * from '@neartime/to';",
    "export const load = () => import('@neartime/to');",
    "export type X = import('@neartime/to').X;",
  ])('in every form of import: %s', (text) => {
    const projects = [project('from', 'port', ['@neartime/to']), project('to', 'adapter')];
    expect(violationsIn(projects, { 'libs/from/src/a.ts': `// the first line\n${text}` })).toEqual([
      'libs/from/src/a.ts:2 imports @neartime/to, of type adapter; type port may import schema',
    ]);
  });

  it('opens the testing library to tests alone', () => {
    const projects = [project('engines', 'core', [], ['@neartime/testing']), project('testing', 'testing')];
    const text = "import { laws } from '@neartime/testing';";
    const found = violationsIn(projects, {
      'libs/engines/src/a.ts': text,
      'libs/engines/src/a.spec.ts': text,
      'libs/engines/test/b.ts': text,
      'libs/engines/src/inner/test/c.ts': text,
      'libs/engines/bench/d.ts': text,
    });
    expect(found).toEqual(['libs/engines/src/a.ts:1 imports @neartime/testing, which only tests may import']);
  });

  it('opens the testing library to the benchmarks', () => {
    const bench: Project = { ...project('bench', 'app', [], ['@neartime/testing']), root: 'bench' };
    const projects = [bench, project('testing', 'testing')];
    expect(violationsIn(projects, { 'bench/src/main.ts': "import '@neartime/testing';" })).toEqual([]);
  });
});

describe('how a project imports another', () => {
  it('is refused by a relative path, which names the package to import', () => {
    const projects = [project('ingest', 'core', ['@neartime/engines']), project('engines', 'core')];
    const found = violationsIn(projects, {
      'libs/ingest/src/a.ts': "import '../../engines/src/index.ts';\nimport './b.ts';\nimport '../test/c.ts';",
    });
    expect(found).toEqual([
      'libs/ingest/src/a.ts:1 imports out of its project by a relative path: ../../engines/src/index.ts' +
        ' (import @neartime/engines)',
    ]);
  });

  it('is refused by an absolute path', () => {
    const files = { 'libs/engines/src/a.ts': "import '/etc/x.ts';\nimport 'file:///etc/x.ts';" };
    expect(violationsIn([project('engines', 'core')], files)).toHaveLength(2);
  });

  it('is refused in a circle', () => {
    const projects = [
      project('a', 'core', ['@neartime/b']),
      project('b', 'core', ['@neartime/c']),
      project('c', 'core', ['@neartime/a']),
    ];
    const found = violationsIn(projects, {
      'libs/a/src/a.ts': "import '@neartime/b';",
      'libs/b/src/b.ts': "import '@neartime/c';",
      'libs/c/src/c.ts': "import '@neartime/a';",
    });
    expect(found).toHaveLength(3);
    expect(found[0]).toBe('libs/a/src/a.ts:1 imports @neartime/b, which leads back to @neartime/a: a circle');
  });
});

describe('what a project imports stands in its package.json', () => {
  it.each([
    ['a package of ours', '@neartime/schemas'],
    ['a package', 'avsc'],
    ['a part of a package', 'avsc/lib/types.js'],
    ['a part of a scoped package', '@duckdb/node-api/lib'],
  ])('%s', (_, specifier) => {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    const files = { 'libs/engines/src/a.ts': `import '${specifier}';` };
    const schemas = project('schemas', 'schema');
    expect(violationsIn([project('engines', 'core'), schemas], files)).toEqual([
      `libs/engines/src/a.ts:1 imports ${name}, which is not in the dependencies of libs/engines/package.json`,
    ]);
    expect(violationsIn([project('engines', 'core', [name]), schemas], files)).toEqual([]);
  });

  it('devDependencies and the tools of the workspace are for tests alone', () => {
    const text = "import 'fast-check';\nimport 'vitest';";
    const projects = [project('engines', 'core', [], ['fast-check'])];
    expect(violationsIn(projects, { 'libs/engines/src/a.ts': text })).toHaveLength(2);
    expect(violationsIn(projects, { 'libs/engines/test/a.spec.ts': text })).toEqual([]);
  });

  it('built-in modules need no entry', () => {
    const files = { 'libs/engines/src/a.ts': "import 'node:fs';\nimport 'fs/promises';\nimport 'node:sqlite';" };
    expect(violationsIn([project('engines', 'core')], files)).toEqual([]);
  });
});

describe('the tags of the projects are the only source', () => {
  let root = '';
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const workspaceOf = (files: Record<string, object>) => {
    root = mkdtempSync(join(tmpdir(), 'neartime-workspace-'));
    for (const [path, content] of Object.entries({ 'package.json': { workspaces: ['libs/*'] }, ...files })) {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), JSON.stringify(content));
    }
    return () => readWorkspace(root);
  };

  it('reads type, name and dependencies of each', () => {
    const read = workspaceOf({
      'libs/engines/project.json': { name: 'engines', tags: ['type:core', 'speed:hot'] },
      'libs/engines/package.json': { name: '@neartime/engines', dependencies: { avsc: '5' } },
      'tools/project.json': { name: 'tools', tags: ['type:app'] },
    });
    expect(read().projects).toEqual([
      project('engines', 'core', ['avsc']),
      { name: 'tools', root: 'tools', type: 'app', packageName: undefined, dependencies: [], devDependencies: [] },
    ]);
  });

  it('refuses a package without project.json', () => {
    expect(workspaceOf({ 'libs/engines/package.json': {} })).toThrow('no project.json: libs/engines');
  });

  it.each([[[]], [['core']], [['type:heart']], [['type:core', 'type:app']]])('refuses the tags %j', (tags) => {
    const read = workspaceOf({
      'libs/engines/package.json': {},
      'libs/engines/project.json': { name: 'engines', tags },
    });
    expect(read).toThrow('libs/engines/project.json needs one tag');
  });
});
