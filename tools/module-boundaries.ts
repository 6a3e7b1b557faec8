import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import type { Project, ProjectType, Workspace } from './workspace.ts';

/** A source file: its path relative to the workspace, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import that the rules refuse. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Whom a project of each type may import; `testing` besides is open to everybody's tests. */
const mayImport: Record<ProjectType, readonly ProjectType[]> = {
  app: ['flow', 'wiring', 'adapter', 'port', 'core', 'schema'],
  flow: ['port', 'core', 'schema'],
  wiring: ['adapter', 'port', 'schema'],
  adapter: ['port', 'schema'],
  port: ['schema'],
  core: ['schema', 'core'],
  schema: [],
  testing: ['app', 'flow', 'wiring', 'adapter', 'port', 'core', 'schema', 'testing'],
};

/**
 * The imports that break a rule:
 * - a project imports only the types of project that `mayImport` names, and `testing` only from its tests;
 * - another project is imported by its package name, never by a relative path;
 * - what a project imports stands in its package.json: in `dependencies`, or, for tests only, in `devDependencies` (the
 *   workspace's own too, for packages that are not ours);
 * - projects do not import each other in a circle, tests aside.
 */
export function boundaryViolations(workspace: Workspace, files: Iterable<SourceFile>): Violation[] {
  const violations: Violation[] = [];
  const edges: Edge[] = [];
  for (const { path, text } of files) {
    const project = projectOf(workspace, path);
    if (!project) continue;
    for (const { specifier, line } of importsOf(text)) {
      const message = refusal(workspace, project, path, specifier);
      if (message) violations.push({ path, line, message });
      const target = packageProject(workspace, specifier);
      if (target && target !== project && !isTest(project, path)) edges.push({ from: project, to: target, path, line });
    }
  }
  return [...violations, ...circles(edges)];
}

function refusal(workspace: Workspace, project: Project, path: string, specifier: string): string | undefined {
  if (isBuiltin(specifier) || specifier.startsWith('#')) return undefined;
  if (specifier.startsWith('.')) return relativeRefusal(workspace, project, path, specifier);
  if (specifier.startsWith('/') || specifier.includes(':')) return `imports by an absolute path: ${specifier}`;
  const target = packageProject(workspace, specifier);
  if (target === project) return undefined;
  return (
    (target && typeRefusal(project, path, target)) ?? dependencyRefusal(workspace, project, path, specifier, target)
  );
}

function relativeRefusal(workspace: Workspace, project: Project, path: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (target.startsWith(`${project.root}/`)) return undefined;
  const name = projectOf(workspace, target)?.packageName;
  return `imports out of its project by a relative path: ${specifier}${name ? ` (import ${name})` : ''}`;
}

function typeRefusal(project: Project, path: string, target: Project): string | undefined {
  if (mayImport[project.type].includes(target.type)) return undefined;
  if (target.type === 'testing') {
    return isTest(project, path) ? undefined : `imports ${target.packageName}, which only tests may import`;
  }
  const allowed = mayImport[project.type].join(', ') || 'nothing of ours';
  return `imports ${target.packageName}, of type ${target.type}; type ${project.type} may import ${allowed}`;
}

function dependencyRefusal(
  workspace: Workspace,
  project: Project,
  path: string,
  specifier: string,
  target: Project | undefined,
): string | undefined {
  const name = packageName(specifier);
  if (project.dependencies.includes(name)) return undefined;
  const dev = target ? project.devDependencies : [...project.devDependencies, ...workspace.rootDependencies];
  const isDevCode = isTest(project, path) || project.packageName === undefined;
  if (isDevCode && dev.includes(name)) return undefined;
  const place = isDevCode ? 'dependencies or devDependencies' : 'dependencies';
  return `imports ${name}, which is not in the ${place} of ${project.root}/package.json`;
}

interface Edge {
  readonly from: Project;
  readonly to: Project;
  readonly path: string;
  readonly line: number;
}

function circles(edges: readonly Edge[]): Violation[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const reaches = (from: Project, goal: Project, seen = new Set<Project>()): boolean => {
    if (from === goal) return true;
    seen.add(from);
    return (next.get(from) ?? []).some(({ to }) => !seen.has(to) && reaches(to, goal, seen));
  };
  return edges
    .filter(({ from, to }) => reaches(to, from))
    .map(({ from, to, path, line }) => ({
      path,
      line,
      message: `imports ${to.packageName}, which leads back to ${from.packageName}: a circle`,
    }));
}

/** Specs, everything in a `test` or `bench` folder, and the code of the testing library itself. */
function isTest(project: Project, path: string): boolean {
  const isConfig = /^[^/]+\.config\.[mc]?[jt]s$/.test(path.slice(project.root.length + 1));
  return project.type === 'testing' || isConfig || /(^|\/)(test|bench)\/|\.spec\.[mc]?ts$/.test(path);
}

const projectOf = ({ projects }: Workspace, path: string): Project | undefined =>
  projects.find(({ root }) => path.startsWith(`${root}/`));

const packageProject = ({ projects }: Workspace, specifier: string): Project | undefined =>
  projects.find((project) => project.packageName === packageName(specifier));

const packageName = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** Static and dynamic imports, exports from, and imported types, with the line each stands on. */
function importsOf(text: string): { specifier: string; line: number }[] {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest);
  const imports: { specifier: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined)
      imports.push({ specifier, line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference))
    return textOf(node.moduleReference.expression);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? textOf(node.arguments[0]) : undefined;
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;
