import type {} from './skip-reason.d.ts';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/**
 * Ends every test run with the skipped tests and why each was, and with a last line of exactly this form:
 *
 *     123 passed, 0 failed, 4 skipped
 *
 * A file that cannot be loaded, a hook of a group or file that throws, a test that did not come to its end and an error
 * outside of any test count as one failure each.
 *
 * A test says why it is skipped with `ctx.skip(!docker, 'no Docker engine answers')`, as the first thing that it does.
 * A group whose `beforeAll` must not run either says it in its options:
 * `describe.skipIf(!docker)('…', { meta: { skipped: 'no Docker engine answers' } }, () => { … })`.
 */
export class ClosingLine implements Reporter {
  #vitest: Vitest | undefined;
  #hasStarted = false;
  #result: Result = { passed: 0, failed: 0, skipped: 0, skippedTests: [] };

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    // Whatever else still prints (summaries, teardowns, a slow close) has printed by then.
    if (!vitest.config.watch) process.once('exit', (code) => this.#print(code !== 0));
  }

  onTestRunStart(): void {
    this.#hasStarted = true;
  }

  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#result = resultOf(testModules, unhandledErrors.length, this.#vitest?.config.testNamePattern !== undefined);
    if (this.#vitest?.config.watch) this.#print(false);
  }

  #print(hasFailed: boolean): void {
    if (!this.#hasStarted && !hasFailed) return;
    const { passed, failed, skipped, skippedTests } = this.#result;
    const list = skippedTests.length > 0 ? `\nSkipped:\n${skippedTests.join('')}` : '';
    // A run that fails without a failed test (no test file was found, say) must not read as one without failures.
    process.stdout.write(`${list}\n${passed} passed, ${failed || Number(hasFailed)} failed, ${skipped} skipped\n`);
  }
}

interface Result {
  passed: number;
  failed: number;
  skipped: number;
  readonly skippedTests: string[];
}

function resultOf(testModules: readonly TestModule[], unhandledErrors: number, isFiltered: boolean): Result {
  const result: Result = { passed: 0, failed: unhandledErrors, skipped: 0, skippedTests: [] };
  for (const testModule of testModules) {
    if (testModule.errors().length > 0) result.failed += 1;
    for (const suite of testModule.children.allSuites()) if (suite.errors().length > 0) result.failed += 1;
    for (const test of testModule.children.allTests()) {
      const { state } = test.result();
      result[state === 'pending' ? 'failed' : state] += 1;
      if (state !== 'skipped') continue;
      const reason = skipReason(test);
      // With -t every test that the pattern does not name is skipped: that needs no list.
      if (reason || !isFiltered) {
        result.skippedTests.push(
          `  ${testModule.relativeModuleId} > ${test.fullName}: ${reason ?? 'no reason given'}\n`,
        );
      }
    }
  }
  return result;
}

function skipReason(test: TestCase): string | undefined {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  if (test.options.mode === 'todo') return 'not written yet';
  let group: TestCase | TestSuite | TestModule = test;
  for (; group.type !== 'module'; group = group.parent) {
    const { skipped } = group.meta();
    if (skipped) return skipped;
    if (group.type === 'suite' && group.errors().length > 0) return 'a hook of its group failed';
  }
  return group.errors().length > 0 ? 'a hook of its file failed' : undefined;
}
