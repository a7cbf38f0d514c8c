import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type AddonManifest,
  addonKey,
  type BuiltAddon,
  builtAddons,
  MANIFEST_FILE,
  platformKey,
} from './built-addon.js';
import { tensorflowDirectory } from './cache-directory.js';
import { compileAddon, findCompiler } from './compile-addon.js';
import { downloadWheel, noSpace } from './download-wheel.js';
import { InstallError } from './install-error.js';
import { withInstallLock } from './install-lock.js';
import { locateTfjsNode, type TfjsNode } from './locate-tfjs-node.js';
import { checkPlatform } from './platform.js';
import { unpackWheel } from './unpack-wheel.js';

export type InstallStage = 'wait' | 'download' | 'unpack' | 'compile';

export interface InstallProgress {
  readonly stage: InstallStage;
  /** One line for people, e.g. "unpacking TensorFlow 2.21.0". */
  readonly message: string;
  /** Share of this stage done, 0..1; absent where it cannot be known. */
  readonly fraction?: number;
}

export interface InstallOptions {
  /** TensorFlow version, e.g. "2.21.0"; without it an existing build, else the newest pip offers. */
  readonly version?: string;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
  /** Folder for builds; default: ALEXNET_CACHE_DIR, else the user's cache folder. */
  readonly cacheDir?: string;
}

/** Wheel 0.27 GB, libraries 0.85 GB, headers and slack. Measured with tensorflow-cpu 2.21.0. */
const NEEDED_BYTES = 1.3e9;

/**
 * Builds the TensorFlow engine once: downloads a wheel with pip, unpacks two libraries from it and
 * compiles tfjs-node's binding against them, outside the repository.
 *
 * Safe against two processes at once (the second waits and takes what the first built) and against
 * interruption at any point (a build appears by one rename; leftovers are removed by the next run).
 * Throws InstallError in one line; when `signal` aborts, its reason.
 */
export async function installTensorflow(options: InstallOptions = {}): Promise<BuiltAddon> {
  const { version, signal, cacheDir, onProgress } = options;
  checkPlatform();
  const tfjsNode = requireTfjsNode();
  const existing = findBuild(tfjsNode, options);
  if (existing) return existing;

  const root = tensorflowDirectory(cacheDir);
  try {
    mkdirSync(root, { recursive: true });
    const compiler = await findCompiler(signal);
    onProgress?.({ stage: 'wait', message: 'waiting for another installation to finish' });
    return await withInstallLock(root, signal, async () => {
      const built = findBuild(tfjsNode, options);
      if (built) return built;
      removeLeftovers(root);
      await checkSpace(root);
      return await build({ root, tfjsNode, compiler, version, signal, onProgress });
    });
  } catch (error) {
    throw explain(error, root, signal);
  }
}

async function build(options: {
  readonly root: string;
  readonly tfjsNode: TfjsNode;
  readonly compiler: string;
  readonly version: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: InstallOptions['onProgress'];
}): Promise<BuiltAddon> {
  const { root, tfjsNode, compiler, version, signal, onProgress } = options;
  const downloads = join(root, 'downloads');
  onProgress?.({ stage: 'download', message: 'downloading TensorFlow with pip (about 270 MB)' });
  const wheel = await downloadWheel({
    directory: downloads,
    packageName: 'tensorflow-cpu',
    version,
    signal,
  });

  const directory = mkdtempSync(join(root, LEFTOVER_PREFIX));
  const unpacking = `unpacking TensorFlow ${wheel.version}`;
  await unpackWheel({
    wheel: wheel.path,
    directory,
    signal,
    onProgress: (done, total) =>
      onProgress?.({ stage: 'unpack', message: unpacking, fraction: done / total }),
  });
  onProgress?.({ stage: 'compile', message: `compiling the addon with ${basename(compiler)}` });
  await compileAddon({ compiler, tfjsNode: tfjsNode.directory, directory, signal });

  const manifest: AddonManifest = {
    tensorflow: wheel.version,
    tfjsNode: tfjsNode.version,
    platform: platformKey(),
    gpu: false,
    installedAt: new Date().toISOString(),
  };
  writeFileSync(join(directory, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  const target = join(root, addonKey(manifest));
  rmSync(target, { recursive: true, force: true });
  renameSync(directory, target);
  rmSync(downloads, { recursive: true, force: true });
  return { ...manifest, directory: target };
}

const LEFTOVER_PREFIX = '.building-';

/** Called under the lock: whatever is half built belongs to a process that no longer runs. */
function removeLeftovers(root: string): void {
  for (const entry of readdirSync(root)) {
    if (entry.startsWith(LEFTOVER_PREFIX)) rmSync(join(root, entry), { recursive: true });
  }
}

function findBuild(tfjsNode: TfjsNode, options: InstallOptions): BuiltAddon | undefined {
  return builtAddons(options.cacheDir).find(
    (built) =>
      !built.gpu &&
      built.tfjsNode === tfjsNode.version &&
      (options.version === undefined || built.tensorflow === options.version),
  );
}

function requireTfjsNode(): TfjsNode {
  const tfjsNode = locateTfjsNode().at(-1);
  if (tfjsNode) return tfjsNode;
  throw new InstallError(
    'no-tfjs-node',
    'the package @tensorflow/tfjs-node is not installed: run npm install @tensorflow/tfjs-node --ignore-scripts',
  );
}

async function checkSpace(root: string): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize < NEEDED_BYTES) throw noSpace(root);
}

function explain(error: unknown, root: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof InstallError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(root);
  const message = error instanceof Error ? error.message : String(error);
  return new InstallError('failed', `could not install TensorFlow in ${root}: ${message}`, {
    cause: error,
  });
}
