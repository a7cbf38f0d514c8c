import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageManager, quietEnvironment, root, tool } from './steps.mjs';

const PACKAGES = 8;

/** Builds every package under a progress bar; returns turbo's exit code, its errors shown. */
export async function buildAll() {
  const { SingleBar } = createRequire(join(root, 'apps/trainer/package.json'))('cli-progress');
  const bar = new SingleBar({
    format:
      'building               {bar} {percentage}% · {value}/{total} packages · ETA {eta_formatted}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    formatTime: (seconds) => (Number.isFinite(seconds) ? `${seconds} s` : '…'),
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  const turbo = [
    '--yes',
    packageManager,
    'exec',
    'turbo',
    'run',
    'build',
    '--output-logs=hash-only',
  ];
  const child = spawn('npx', turbo, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: quietEnvironment(),
    shell: process.platform === 'win32',
  });
  let started = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // Turbo says when a package starts; as many less the running two are done.
    if (!/:build: cache /.test(line)) continue;
    started++;
    if (started === 3) bar.start(PACKAGES, 1);
    if (started > 3) bar.update(started - 2);
  }
  const code = await new Promise((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('exit', resolve);
  });
  if (started > 2) bar.stop();
  if (code === 0) {
    process.stdout.write(`${started} packages built\n`);
    return 0;
  }
  // Once more, this time for what it has to say.
  return tool('turbo', ['run', 'build', '--output-logs=errors-only']);
}
