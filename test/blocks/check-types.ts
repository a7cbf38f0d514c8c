import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './link-package.mjs';

const manifest = createRequire(join(ROOT, 'package.json')).resolve('typescript-7/package.json');
const COMPILER = join(dirname(manifest), 'bin/tsc');

/**
 * What strict TypeScript has to say about files of a page's folder, one line each: TypeScript 7's native
 * compiler, which takes a tenth of the time.
 */
export function typeErrors(folder: string, files: readonly string[]): string[] {
  const project = join(folder, 'tsconfig.json');
  const config = {
    compilerOptions: {
      target: 'ES2022',
      module: 'ESNext',
      moduleResolution: 'bundler',
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      types: ['node'],
    },
    files,
  };
  writeFileSync(project, JSON.stringify(config));
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [COMPILER, '-p', project, '--pretty', 'false'],
    { encoding: 'utf8' },
  );
  if (error) throw error;
  const lines = stdout.split('\n').filter((line) => line !== '');
  return status === 0 || lines.length > 0 ? lines : [`the compiler ended with ${status}`];
}

/** The file a TypeScript block was written to, if it was run. */
export function blockFile(folder: string, line: number): string | null {
  const file = join(folder, `block-${line}.mts`);
  return existsSync(file) ? file : null;
}
