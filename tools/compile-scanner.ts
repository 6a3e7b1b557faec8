import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/*
 * `npm run build:scanner`: compiles the line scanner of libs/ingest/assembly (AssemblyScript) to WebAssembly and keeps it as
 * text beside the code that loads it, so that neither an install nor a start has to compile, and pure code reads no file.
 * A test says when the text is not what the sources give.
 */

const workspace = fileURLToPath(new URL('..', import.meta.url));
const source = 'libs/ingest/assembly/line-scanner.ts';
export const compiledPath = `${workspace}/libs/ingest/src/line-scanner-module.ts`;

/** 64 KiB pages, enough for what layout.ts lays out; the memory never grows, so that views on it stay valid. */
const pages = '42';
const options = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--initialMemory',
  pages,
  '--maximumMemory',
  pages,
];

/** The text of the module's file. Throws with what the compiler said when it cannot compile. */
export async function compiledScanner(): Promise<string> {
  let compiled: Uint8Array = new Uint8Array();
  const { error, stderr } = await asc.main([source, '--baseDir', workspace, '--outFile', 'scanner.wasm', ...options], {
    writeFile: (_, contents) => void (compiled = contents as Uint8Array),
  });
  if (error) throw new Error(`tools: cannot compile ${source}: ${stderr.toString()}`, { cause: error });
  const lines = Buffer.from(compiled)
    .toString('base64')
    .match(/.{1,110}/g)!
    .map((line) => `  '${line}',`);
  return `// Compiled from libs/ingest/assembly by \`npm run build:scanner\`; not to be edited.\nexport const lineScannerModule = [\n${lines.join('\n')}\n].join('');\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(compiledPath, await compiledScanner());
