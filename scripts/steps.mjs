import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `npm run demo` and `npm test` share: running commands, and making a fresh clone ready. */

export const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const windows = process.platform === 'win32';

export function title(text) {
  process.stdout.write(`\n── ${text} ${'─'.repeat(Math.max(0, 74 - text.length))}\n`);
}

/** Runs a command in the repository with its output shown; returns its exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: windows,
    ...options,
    env: { ...process.env, DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1', ...options.env },
  });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return status ?? 1;
}

/** A tool of the workspace, through the pinned pnpm (which turbo wants to find). */
export function tool(name, args, options) {
  return run('npx', ['--yes', manifest.packageManager, 'exec', name, ...args], options);
}

/** The alexnet command of this repository. */
export function alexnet(args, options) {
  return run(process.execPath, [join(root, 'apps/trainer/dist/cli.js'), ...args], options);
}

/** Installs the packages with the pinned pnpm and builds everything. Exits when that fails. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`this needs Node 20.19 or newer, this is ${process.versions.node}`);
  }
  title('Installing packages');
  if (run('npx', ['--yes', manifest.packageManager, 'install', '--frozen-lockfile']) !== 0) {
    fail('installing packages failed: see the lines above');
  }
  title('Building');
  if (tool('turbo', ['run', 'build', '--output-logs=errors-only']) !== 0) {
    fail('the build failed: see the lines above');
  }
}

/** Compiles the TensorFlow engine where that is possible; returns whether it is there. */
export function prepareTensorflow() {
  title('TensorFlow engine');
  if (alexnet(['backend', 'install']) === 0) return true;
  process.stdout.write(
    'Going on without TensorFlow: the wasm backend is slower, the rest is the same.\n',
  );
  return false;
}

export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
