// Named imports of what Node 20 does not have would not even link.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../node_modules/.cache/neartime', import.meta.url));

/** Keeps compiled code from one start to the next, for this thread; every thread says so for itself, before it loads more. */
export const keepCompiled = () => module.enableCompileCache(folder);

/** Writes what this thread compiled: a thread that is ended from outside does not come to it. */
export const saveCompiled = () => module.flushCompileCache();
