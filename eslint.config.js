import { builtinModules } from 'node:module';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { readWorkspace } from './tools/workspace.ts';

const { projects } = readWorkspace(import.meta.dirname);
const sourcesOf = (...types) =>
  projects.filter(({ type }) => types.includes(type)).map(({ root }) => `${root}/src/**/*.ts`);
const tests = ['**/*.spec.ts', '**/test/**'];

// Built-in modules that only compute: all that the pure projects may import of Node.
const pureModules = [
  'assert',
  'assert/strict',
  'buffer',
  'crypto',
  'events',
  'path',
  'path/posix',
  'stream',
  'stream/promises',
  'string_decoder',
  'url',
  'util',
  'util/types',
  'zlib',
];
const impureModules = builtinModules
  .map((name) => name.replace(/^node:/, ''))
  .filter((name) => !pureModules.includes(name));
const pure = 'The pure projects know no clock, no I/O and no environment: let the caller pass it in.';

// Node runs the sources as they are, so it looks for the very name that an import gives.
const sourceEndings = { regex: '^\\.{1,2}/.*\\.js$', message: 'A relative import ends in .ts.' };

export default defineConfig(
  // AssemblyScript is checked by its own compiler, in a test.
  { ignores: ['**/node_modules/', '**/dist/', '**/coverage/', '.nx/', 'bench/data/', 'out/', 'demo/', '**/assembly/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommended,
  {
    rules: {
      'array-callback-return': 'error',
      'default-case-last': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'for-direction': 'error',
      'getter-return': 'error',
      'no-async-promise-executor': 'error',
      'no-compare-neg-zero': 'error',
      'no-cond-assign': 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-constructor-return': 'error',
      'no-control-regex': 'error',
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-case': 'error',
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      'no-empty': 'error',
      'no-eval': 'error',
      'no-implicit-coercion': ['error', { allow: ['!!'] }],
      'no-loss-of-precision': 'error',
      'no-misleading-character-class': 'error',
      'no-new-func': 'error',
      'no-self-assign': 'error',
      'no-sparse-arrays': 'error',
      'no-template-curly-in-string': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-unused-private-class-members': 'error',
      'no-useless-escape': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      'require-yield': 'error',
      'use-isnan': 'error',
      'valid-typeof': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { project: 'tools/tsconfig.workspace.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `{}` is how an engine without an input column writes its schema.
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/await-thenable': ['error', { allowMixedPromiseArrays: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-imports': ['error', { patterns: [sourceEndings] }],
    },
  },
  {
    // What a declaration file declares is used elsewhere.
    files: ['**/*.d.ts'],
    rules: { '@typescript-eslint/no-unused-vars': 'off' },
  },
  {
    files: sourcesOf('core', 'schema', 'port', 'adapter'),
    ignores: tests,
    rules: { 'no-console': 'error' },
  },
  {
    files: sourcesOf('core', 'schema'),
    ignores: tests,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: impureModules.flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message: pure })),
          patterns: [sourceEndings],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'performance', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket'].map(
          (name) => ({ name, message: pure }),
        ),
      ],
      'no-restricted-syntax': [
        'error',
        ...[
          "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          "NewExpression[callee.name='Date'][arguments.length=0]",
          "CallExpression[callee.name='Date']",
          "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          "MemberExpression[object.name='globalThis'][property.name=/^(process|performance|fetch)$/]",
          'CallExpression[callee.name=/^(randomUUID|randomBytes|getRandomValues)$/]',
          'CallExpression[callee.property.name=/^(randomUUID|randomBytes|getRandomValues)$/]',
          `ImportExpression > Literal[value=/^(node:)?(${impureModules.join('|').replaceAll('/', '\\u002F')})$/]`,
        ].map((selector) => ({ selector, message: pure })),
      ],
    },
  },
);
