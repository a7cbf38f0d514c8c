import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BackendError } from '../backend-error.js';
import { folderBytes } from './folder-bytes.js';
import { runCommand } from './run-command.js';

export interface Wheel {
  readonly path: string;
  /** "2.21.0" */
  readonly version: string;
}

/** `tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`. Source: PyPA wheel file names. */
const WHEEL_NAME = /^(?:tensorflow(?:_cpu)?|nvidia_[a-z0-9_]+)-([^-]+)-.*\.whl$/;

const WATCH_MS = 500;

export function parseWheelName(name: string): { readonly version: string } | undefined {
  const version = WHEEL_NAME.exec(name)?.[1];
  return version ? { version } : undefined;
}

/**
 * Fetches one wheel into `directory` with pip, which resolves mirrors, verifies hashes and
 * keeps a finished wheel, so that an interrupted installation does not download twice.
 */
export async function downloadWheel(options: {
  readonly directory: string;
  /** As pip takes it: `tensorflow-cpu`, `tensorflow==2.21.0`, `nvidia-cublas-cu12<13.0,>=12.5`. */
  readonly requirement: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that have arrived, about twice a second. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}): Promise<Wheel> {
  const { directory, requirement, signal, onBytes } = options;
  // pip writes what arrives into the temporary folder: one of our own tells how far it is.
  const arriving = join(directory, 'arriving');
  rmSync(arriving, { recursive: true, force: true });
  mkdirSync(arriving, { recursive: true });
  const watch = setInterval(() => onBytes?.(folderBytes(arriving)), WATCH_MS);
  try {
    return await download({ directory, arriving, requirement, signal });
  } finally {
    clearInterval(watch);
    rmSync(arriving, { recursive: true, force: true });
  }
}

async function download(options: {
  readonly directory: string;
  readonly arriving: string;
  readonly requirement: string;
  readonly signal: AbortSignal | undefined;
}): Promise<Wheel> {
  const { directory, arriving, requirement: wanted, signal } = options;
  const base = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--progress-bar=off'];
  const run = (extra: readonly string[]) =>
    runCommand('python3', [...base, ...extra, '--dest', directory, wanted], {
      signal,
      env: { TMPDIR: arriving },
    });

  let result = await run([]);
  if (result.code !== 0 && isNoMatch(result.output) && !isNetwork(result.output)) {
    // A Python too new or too old for TensorFlow can still fetch another Python's wheel: only the
    // libraries in it are used.
    result = await run(['--python-version=3.11']);
  }
  if (result.code !== 0) throw explainPip(result, wanted);

  const name = /(?:Saved|File was already downloaded) (.*\.whl)/.exec(result.output)?.[1];
  const file = name?.split('/').at(-1);
  const parsed = file ? parseWheelName(file) : undefined;
  if (!file || !parsed) {
    throw new BackendError('failed', `pip downloaded no wheel of ${wanted} into ${directory}`);
  }
  return { path: join(directory, file), version: parsed.version };
}

const isNoMatch = (output: string) =>
  /No matching distribution|is not a supported wheel/i.test(output);

/** pip names the versions it saw; when it saw none and could not connect, the network is at fault. */
const isNetwork = (output: string) =>
  /NewConnectionError|Name or service not known|Temporary failure|ConnectTimeout|Read timed out|ProxyError|Network is unreachable|Connection refused/i.test(
    output,
  ) && !/from versions: (?!none)/i.test(output);

/** Turns pip's output into one line. */
export function explainPip(
  result: { readonly missing: boolean; readonly output: string },
  wanted: string,
): BackendError {
  const { missing, output } = result;
  if (missing) {
    return new BackendError(
      'no-python',
      'python3 was not found; it is needed only to download TensorFlow: install Python 3 with pip, or use the wasm backend',
    );
  }
  if (/No module named pip/i.test(output)) {
    return new BackendError(
      'no-pip',
      'python3 has no pip; install it (Debian and Ubuntu: apt install python3-pip) and run this again',
    );
  }
  if (/No space left on device|Errno 28/i.test(output)) return noSpace();
  if (isNetwork(output)) {
    return new BackendError(
      'no-network',
      `pip could not reach a package index to download ${wanted}; check the network or pip's index-url and run this again`,
    );
  }
  if (isNoMatch(output)) {
    const versions = /from versions: ([^)]*)\)/i.exec(output)?.[1];
    if (!versions || versions === 'none') {
      // Without retries pip names no cause.
      return new BackendError(
        'no-wheel',
        `pip found no ${wanted} wheel at all: the package index is unreachable, or has none for this platform and Python`,
      );
    }
    return new BackendError(
      'no-wheel',
      `pip offers no ${wanted} wheel for this platform, only ${versions}`,
    );
  }
  const last = output.trim().split('\n').at(-1) ?? 'no output';
  return new BackendError('failed', `pip could not download ${wanted}: ${last}`);
}

export function noSpace(where?: string): BackendError {
  return new BackendError(
    'no-space',
    `not enough disk space${where ? ` in ${where}` : ''}: about 1.3 GB are needed while installing, 0.85 GB after (for a GPU 11 and 7 GB); free some or set ALEXNET_CACHE_DIR`,
  );
}
