import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Exit code; null when the program does not exist. */
  readonly code: number | null;
  readonly missing: boolean;
  /** stdout and stderr in the order they came. */
  readonly output: string;
}

/** Runs a program to its end and collects what it printed. Throws only when aborted. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onLine?: (line: string) => void;
    /** Added to this process's environment. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    const stop = () => child.kill('SIGTERM');
    options.signal?.addEventListener('abort', stop, { once: true });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const line = output.trimEnd().split('\n').at(-1);
      if (line) options.onLine?.(line);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error: NodeJS.ErrnoException) => {
      options.signal?.removeEventListener('abort', stop);
      resolve({
        code: null,
        missing: error.code === 'ENOENT',
        output: `${output}${error.message}`,
      });
    });
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', stop);
      if (options.signal?.aborted) reject(options.signal.reason);
      else resolve({ code, missing: false, output });
    });
  });
}
