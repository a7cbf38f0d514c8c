import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Builds the page the way it is shipped. */
export function buildPage(): void {
  const vite = require.resolve('vite/package.json').replace('package.json', 'bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    // vitest runs with NODE_ENV=test, which would build a page without its service worker.
    env: { ...process.env, NODE_ENV: 'production' },
  });
}
