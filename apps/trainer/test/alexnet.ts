import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** How an `alexnet` process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `alexnet`, as built. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr has said something like `pattern`, or the process ended. */
  said(pattern: RegExp): Promise<void>;
}

export function startAlexnet(...args: readonly string[]): Running {
  return startUnder([], args);
}

/** The same as the argument of another command, as `ip netns exec NAME`; with another build at `cli`. */
export function startUnder(
  command: readonly string[],
  args: readonly string[],
  cli = CLI,
): Running {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: npm run build makes it`);
  const [file, ...words] = [...command, process.execPath, cli, ...args] as [string, ...string[]];
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    async said(pattern) {
      const heard = new Promise<void>((resolve) => {
        const listen = () => pattern.test(stderr) && resolve();
        child.stderr.on('data', listen);
        listen();
      });
      await Promise.race([heard, ended]);
    },
  };
}

/** Runs `alexnet` to its end. */
export function alexnet(...args: readonly string[]): Promise<Ended> {
  return startAlexnet(...args).ended;
}
