import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `npm run demo` and `npm test` share: running commands, and making a fresh clone ready. */

export const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const { packageManager } = manifest;
const windows = process.platform === 'win32';

/** The environment of a command: without telemetry. */
export function quietEnvironment() {
  return { ...process.env, DO_NOT_TRACK: '1', TURBO_TELEMETRY_DISABLED: '1' };
}

/** A heading of the output. */
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
    env: { ...quietEnvironment(), ...options.env },
  });
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return status ?? 1;
}

/** A tool of the workspace, through the pinned pnpm (which turbo wants to find). */
export function tool(name, args, options) {
  return run('npx', ['--yes', packageManager, 'exec', name, ...args], options);
}

/** The same with what it prints kept: its exit code and its output. */
export function captured(name, args) {
  return new Promise((resolve) => {
    const child = spawn('npx', ['--yes', packageManager, 'exec', name, ...args], {
      cwd: root,
      shell: windows,
      env: quietEnvironment(),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ code: 1, output: `${name}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The alexnet command of this repository. */
export function alexnet(args, options) {
  return run(process.execPath, [join(root, 'apps/trainer/dist/cli.js'), ...args], options);
}

/** Ends with one line. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
