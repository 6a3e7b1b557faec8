import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundaryViolations, type SourceFile } from './module-boundaries.ts';
import { readWorkspace, type Workspace } from './workspace.ts';

const root = join(import.meta.dirname, '..');
const notSource = ['**/{node_modules,dist,coverage}', 'data'];

function* sourceFiles({ projects }: Workspace): Generator<SourceFile> {
  for (const project of projects) {
    const cwd = join(root, project.root);
    for (const found of globSync('**/*.{ts,mts,js,mjs,cjs}', { cwd, exclude: notSource })) {
      const path = `${project.root}/${found.replaceAll('\\', '/')}`;
      yield { path, text: readFileSync(join(root, path), 'utf8') };
    }
  }
}

const workspace = readWorkspace(root);
const files = [...sourceFiles(workspace)];
const violations = boundaryViolations(workspace, files);
for (const { path, line, message } of violations) console.error(`${path}:${line} ${message}`);
if (violations.length > 0) process.exitCode = 1;
console.log(
  `boundaries: ${files.length} files of ${workspace.projects.length} projects, ${violations.length} violations`,
);
