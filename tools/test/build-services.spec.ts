import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildEntries } from '../build-services.ts';

const workspace = join(import.meta.dirname, '../..');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'neartime-build-'));
  symlinkSync(join(workspace, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('bundles our packages and decorators, imports the others, and keeps a map to the sources', async () => {
  const main = join(folder, 'main.ts');
  writeFileSync(
    main,
    `import 'reflect-metadata';
     import { systemClock } from '@neartime/streams';
     import { once } from 'events';
     import { readFileSync } from 'node:fs';
     import { Inject, Module } from '@nestjs/common';
     import { NestFactory } from '@nestjs/core';
     class Printer { constructor(@Inject('NOW') now: number) { console.log(typeof now, typeof once, typeof readFileSync); } }
     @Module({ providers: [Printer, { provide: 'NOW', useFactory: () => systemClock.now() }] })
     class Main {}
     await NestFactory.createApplicationContext(Main, { logger: false });`,
  );
  const { app } = await buildEntries({ app: main }, join(folder, 'dist'));
  const imported = [...readFileSync(app!, 'utf8').matchAll(/^import .*?"(.+)";$/gm)].map(([, name]) => name);
  expect(imported.find((name) => !isBuiltin(name!))).toBe('reflect-metadata');
  expect(imported).toContain('@nestjs/core');
  expect(imported.filter((name) => name!.startsWith('@neartime/'))).toEqual([]);
  expect(existsSync(`${app}.map`)).toBe(true);
  expect(execFileSync(process.execPath, [app!], { encoding: 'utf8' })).toBe('number function function\n');
});

it('bundles a package that lies beside a project, where a bundle would not find it', async () => {
  const beside = join(folder, 'project/node_modules/p-limit');
  mkdirSync(beside, { recursive: true });
  writeFileSync(join(beside, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(join(beside, 'index.js'), "export default 'the version beside the project';");
  const main = join(folder, 'project/main.ts');
  writeFileSync(main, "import limit from 'p-limit'; console.log(limit);");
  const { app } = await buildEntries({ app: main }, join(folder, 'dist'));
  expect(execFileSync(process.execPath, [app!], { encoding: 'utf8' })).toBe('the version beside the project\n');
});

it('names a service that has no main file', async () => {
  await expect(buildEntries({ ingestor: join(folder, 'nowhere.ts') }, folder)).rejects.toThrow(
    `build: ingestor has no main file: ${join(folder, 'nowhere.ts')}`,
  );
});
