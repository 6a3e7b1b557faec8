import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { type Plugin, rolldown } from 'rolldown';

/*
 * `npm run build`: bundles each service into dist/<app>/main.mjs. Node runs TypeScript as it is, but not the decorators that
 * Nest needs. Our own packages are in the bundle, the others are imported from node_modules; decorators get no metadata of
 * types, so that whatever is injected is named: `@Inject(TOKEN)`.
 */

const workspace = join(import.meta.dirname, '..');

export const services = ['ingestor', 'feature-processor', 'store-writer'] as const;
export type ServiceName = (typeof services)[number];

export interface BuildOptions {
  /** Where the bundles go: `<outDir>/<app>/main.mjs`. node_modules must be found from there. */
  readonly outDir: string;
  /** All services when it is not given. */
  readonly only?: readonly ServiceName[];
}

/** Bundles services side by side and gives the path of each bundle. Throws, with its name, for one that has no main.ts yet. */
export async function buildServices({ outDir, only = services }: BuildOptions): Promise<Record<string, string>> {
  const entries = only.map((name) => [name, join(workspace, 'apps', name, 'src/main.ts')] as const);
  return buildEntries(Object.fromEntries(entries), outDir);
}

/** The same for any main file, by a name for its folder: what tests of the services' common ground run. */
export async function buildEntries(
  entries: Readonly<Record<string, string>>,
  outDir: string,
): Promise<Record<string, string>> {
  const missing = Object.entries(entries).find(([, entry]) => !existsSync(entry));
  if (missing) throw new Error(`build: ${missing[0]} has no main file: ${missing[1]}`);
  const built = Object.entries(entries).map(async ([name, entry]) => {
    const path = join(outDir, name, 'main.mjs');
    await bundle(entry, path);
    return [name, path] as const;
  });
  return Object.fromEntries(await Promise.all(built));
}

const hoisted = join(workspace, 'node_modules', sep);

/**
 * Packages stay outside, where the bundle finds them: in the workspace's node_modules. Inside are our own, and those of which
 * npm put another version beside a project, which the bundle would not find.
 */
const packages: Plugin = {
  name: 'packages',
  resolveId: {
    // What is neither a path nor the bundler's own code for decorators.
    filter: { id: /^(?!@oxc-project\/runtime\/)[^./]/ },
    async handler(id, importer) {
      const found = await this.resolve(id, importer, { skipSelf: true });
      return found && !found.external && !found.id.startsWith(hoisted) ? found : { id, external: true };
    },
  },
};

async function bundle(input: string, file: string): Promise<void> {
  await using build = await rolldown({
    input,
    platform: 'node',
    plugins: [packages],
    // What a bundle is does not depend on the tsconfig.json that lies nearest to a source.
    tsconfig: false,
    transform: { target: 'node24', decorator: { legacy: true } },
  });
  // Nest names modules and contexts of logs by their classes.
  await build.write({ file, format: 'esm', sourcemap: true, codeSplitting: false, keepNames: true });
}

/** `node tools/build-services.ts [--out dist] [ingestor …] [--entry name=path …]` */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string' }, entry: { type: 'string', multiple: true, default: [] } },
  });
  const outDir = values.out ?? join(workspace, 'dist');
  const unknown = positionals.find((name) => !services.includes(name as ServiceName));
  if (unknown !== undefined) throw new Error(`build: there is no service ${unknown}; there are ${services.join(', ')}`);
  const entries = Object.fromEntries(values.entry.map((entry) => entry.split('=', 2) as [string, string]));
  const isAll = positionals.length === 0 && values.entry.length === 0;
  const only = isAll ? services : (positionals as ServiceName[]);
  const built = await Promise.all([buildServices({ outDir, only }), buildEntries(entries, outDir)]);
  for (const path of built.flatMap((paths) => Object.values(paths))) console.log(path);
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
