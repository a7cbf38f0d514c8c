import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The folder in which all blocks of a page run, in order, as a reader would run them. */
export interface PageFolder {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  remove(): void;
}

/**
 * An empty project with `alexnet`, and with an npm and a pnpm that know just what pages may ask of
 * them: `npm install X` links X from the workspace, so that code which imports what its page never
 * installed fails.
 */
export function createPageFolder(): PageFolder {
  const scratch = mkdtempSync(join(tmpdir(), 'alexnet-page-'));
  const path = join(scratch, 'project');
  const bin = join(scratch, 'bin');
  mkdirSync(path);
  mkdirSync(bin);
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }\n');
  for (const name of ['alexnet', 'npm', 'pnpm', 'npx']) {
    const shim = join(bin, name);
    const run = join(import.meta.dirname, 'reader-command.mjs');
    writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${run}" ${name} "$@"\n`);
    chmodSync(shim, 0o755);
  }
  return {
    path,
    env: {
      // As in a shell, not as npm and vitest start things.
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|VITEST)/.test(name)),
      ),
      PATH: `${bin}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      NODE_ENV: undefined,
      NODE_OPTIONS: undefined,
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
