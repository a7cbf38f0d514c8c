import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const viewer = fileURLToPath(new URL('../..', import.meta.url));

/** What the page is made of: files, and folders with all that is in them. */
const SOURCES = [
  ...readdirSync(`${root}/packages`).map((name) => `packages/${name}/src`),
  'packages/showcase/two-towers',
  'packages/showcase/one-tower',
  'packages/showcase/modern',
  ...['src', 'static', 'build', 'index.html', 'vite.config.ts'].map(
    (name) => `apps/viewer/${name}`,
  ),
  'pnpm-lock.yaml',
];

/** Builds the page the way it is shipped, unless that has been done since its sources changed. */
export function buildPage(): void {
  if (isUpToDate()) return;
  const vite = require.resolve('vite/package.json').replace('package.json', 'bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error'], {
    cwd: viewer,
    // vitest runs with NODE_ENV=test, which would build a page without its service worker.
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

function isUpToDate(): boolean {
  const built = changed(`${viewer}/dist/index.html`);
  return SOURCES.flatMap((path) => under(`${root}/${path}`)).every((path) => changed(path) < built);
}

function changed(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** A file, or all files of a folder; none of what is not there. */
function under(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => `${path}/${name}`);
}
