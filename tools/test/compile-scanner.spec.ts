import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compiledPath, compiledScanner } from '../compile-scanner.ts';

it('the line scanner that is kept is the one that its sources give (npm run build:scanner)', async () => {
  expect(readFileSync(compiledPath, 'utf8')).toBe(await compiledScanner());
});
