import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Contender } from '../contenders.ts';

const python = 'python3';
const script = fileURLToPath(new URL('spark_job.py', import.meta.url));

/** PySpark as it is installed here, or the reason why it is left out. */
export function findSpark(): (Contender & { readonly version: string }) | { readonly missing: string } {
  const tried = spawnSync(python, ['-c', 'import pyspark; print(pyspark.__version__)'], { encoding: 'utf8' });
  if (tried.error) return { missing: `${python} cannot be started` };
  if (tried.status !== 0) return { missing: `${python} cannot import pyspark` };
  if (spawnSync('java', ['-version']).status !== 0) return { missing: 'there is no Java for it' };
  return {
    name: 'PySpark local[2]',
    version: tried.stdout.trim(),
    program: (input, output) => ({ command: python, args: [script, input, output] }),
  };
}
