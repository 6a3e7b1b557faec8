import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a project is, as its Nx tag `type:…` says; the rules of who may import whom speak of nothing else. */
export const projectTypes = ['app', 'flow', 'wiring', 'adapter', 'port', 'core', 'schema', 'testing'] as const;
export type ProjectType = (typeof projectTypes)[number];

export interface Project {
  readonly name: string;
  /** The folder, relative to the workspace, with forward slashes. */
  readonly root: string;
  readonly type: ProjectType;
  /** The name in package.json; a project without one (a folder of scripts) cannot be imported. */
  readonly packageName: string | undefined;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

export interface Workspace {
  readonly projects: readonly Project[];
  /** What the workspace's own package.json names: the tools that every project's tests may use. */
  readonly rootDependencies: readonly string[];
}

interface PackageJson {
  readonly name?: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/**
 * Reads the projects from their project.json and package.json. Throws when a workspace package has no project.json,
 * or a project not exactly one known `type:` tag: such a project would escape every rule.
 */
export function readWorkspace(root: string): Workspace {
  const rootPackage = readJson<PackageJson>(join(root, 'package.json'));
  const packages = globSync(
    (rootPackage.workspaces ?? []).map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  );
  const others = globSync('*/project.json', { cwd: root });
  const roots = [...new Set([...packages, ...others].map((path) => dirname(path).replaceAll('\\', '/')))].sort();
  return {
    projects: roots.map((projectRoot) => readProject(root, projectRoot)),
    rootDependencies: [...runtimeDependencies(rootPackage), ...Object.keys(rootPackage.devDependencies ?? {})],
  };
}

function readProject(root: string, projectRoot: string): Project {
  const projectPath = join(root, projectRoot, 'project.json');
  if (!existsSync(projectPath)) throw new Error(`workspace: a package has no project.json: ${projectRoot}`);
  const { name, tags = [] } = readJson<{ name: string; tags?: readonly string[] }>(projectPath);
  const types = tags.filter((tag) => tag.startsWith('type:')).map((tag) => tag.slice('type:'.length));
  const type = projectTypes.find((known) => known === types[0]);
  if (types.length !== 1 || !type) {
    const wanted = `type:${projectTypes.join('|')}`;
    throw new Error(`workspace: ${projectRoot}/project.json needs one tag ${wanted}, has ${types.join() || 'none'}`);
  }
  const packagePath = join(root, projectRoot, 'package.json');
  const packageJson: PackageJson = existsSync(packagePath) ? readJson(packagePath) : {};
  return {
    name,
    root: projectRoot,
    type,
    packageName: packageJson.name,
    dependencies: runtimeDependencies(packageJson),
    devDependencies: Object.keys(packageJson.devDependencies ?? {}),
  };
}

const runtimeDependencies = ({ dependencies, optionalDependencies }: PackageJson): string[] =>
  Object.keys({ ...dependencies, ...optionalDependencies });

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
