import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withLock } from '@alexnet/files/node';
import { BackendError } from '../backend-error.js';
import {
  type AddonManifest,
  addonKey,
  type BuiltAddon,
  MANIFEST_FILE,
  platformKey,
} from './built-addon.js';
import { tensorflowDirectory } from './cache-directory.js';
import { compileAddon, findCompiler } from './compile-addon.js';
import { cudaRequirements } from './cuda-libraries.js';
import { downloadWheel, noSpace, type Wheel } from './download-wheel.js';
import { findBuild } from './find-build.js';
import { locateTfjsNode, type TfjsNode } from './locate-tfjs-node.js';
import { requireNvidiaDriver } from './nvidia-driver.js';
import { checkPlatform } from './platform.js';
import {
  folderKey,
  linkFolder,
  parseTensorflowSource,
  type TensorflowSource,
} from './tensorflow-source.js';
import { readMetadata, unpackWheel } from './unpack-wheel.js';

/** What an installation is doing: waiting for another one, or its three steps. */
export type InstallStage = 'wait' | 'download' | 'unpack' | 'compile';

/** One step of an installation, as it goes. */
export interface InstallProgress {
  readonly stage: InstallStage;
  /** One line for people, e.g. "unpacking TensorFlow 2.21.0". */
  readonly message: string;
  /** Share of this stage done, 0..1; absent where it cannot be known. */
  readonly fraction?: number;
}

/** Which TensorFlow is built, and where. */
export interface InstallOptions {
  /**
   * TensorFlow version ("2.21.0"), wheel file or folder of an installed TensorFlow; without it an
   * existing build, else the newest version pip offers.
   */
  readonly version?: string;
  /**
   * Take TensorFlow's GPU build with the CUDA libraries it names. Refused without NVIDIA's driver,
   * before anything is downloaded.
   */
  readonly gpu?: boolean;
  /** Folder taken for / when looking for NVIDIA's driver; for tests and for preparing an image. */
  readonly driverRoot?: string;
  /** Told every step, and a download as it goes. */
  readonly onProgress?: (progress: InstallProgress) => void;
  /** Aborting stops the download or the compiler and leaves nothing half made. */
  readonly signal?: AbortSignal;
  /** Folder for builds; default: ALEXNET_CACHE_DIR, else the user's cache folder. */
  readonly cacheDir?: string;
}

/**
 * Sizes for a progress bar, the plan and the check of free space. For a processor measured with
 * tensorflow-cpu 2.21.0: wheel 0.27 GB, libraries 0.85 GB. For a GPU estimated from the wheels of the
 * 2.20 release and its CUDA 12 set, not measured.
 */
const SIZES = {
  cpu: { wheel: 274e6, needed: 1.3e9 },
  gpu: { wheel: 620e6, needed: 11e9 },
} as const;

/**
 * Builds the TensorFlow backend once: downloads a wheel with pip, unpacks two libraries from it and
 * compiles tfjs-node's binding against them, outside the repository.
 *
 * Safe against two processes at once (the second waits and takes what the first built) and against
 * interruption at any point (a build appears by one rename; leftovers are removed by the next run).
 * Throws BackendError in one line; when `signal` aborts, its reason.
 */
export async function installTensorflow(options: InstallOptions = {}): Promise<BuiltAddon> {
  const { signal, cacheDir, onProgress } = options;
  checkPlatform();
  const tfjsNode = requireTfjsNode();
  const gpu = options.gpu ?? false;
  const source = sourceFor(options.version, gpu);
  const wanted = { tfjsNode: tfjsNode.version, source, gpu };
  const existing = findBuild(wanted, cacheDir);
  if (existing) return existing;
  if (gpu) requireNvidiaDriver(options.driverRoot);

  const root = tensorflowDirectory(cacheDir);
  try {
    mkdirSync(root, { recursive: true });
    const compiler = await findCompiler(signal);
    onProgress?.({ stage: 'wait', message: 'waiting for another installation, if there is one' });
    return await withLock(root, signal, async () => {
      const built = findBuild(wanted, cacheDir);
      if (built) return built;
      removeLeftovers(root);
      await checkSpace(root, gpu);
      return await build({ root, tfjsNode, compiler, source, gpu, signal, onProgress });
    });
  } catch (error) {
    throw explain(error, root, signal);
  }
}

/** What an installation would do, for `--dry-run`. */
export interface InstallPlan {
  /** The build that would be taken as it is; null when one has to be made. */
  readonly existing: BuiltAddon | null;
  /** Folder the build goes to. */
  readonly root: string;
  /** Which TensorFlow would be taken. */
  readonly source: TensorflowSource;
  /** Path of the C++ compiler; null when the build exists. */
  readonly compiler: string | null;
  /** The steps in words; empty when the build exists. */
  readonly steps: readonly string[];
}

/** Checks everything but the network and says what installTensorflow would do; changes nothing. */
export async function planInstallation(
  options: Pick<InstallOptions, 'version' | 'gpu' | 'driverRoot' | 'cacheDir'> = {},
): Promise<InstallPlan> {
  checkPlatform();
  const tfjsNode = requireTfjsNode();
  const gpu = options.gpu ?? false;
  const source = sourceFor(options.version, gpu);
  const root = tensorflowDirectory(options.cacheDir);
  const wanted = { tfjsNode: tfjsNode.version, source, gpu };
  const existing = findBuild(wanted, options.cacheDir) ?? null;
  if (existing) return { existing, root, source, compiler: null, steps: [] };
  if (gpu) requireNvidiaDriver(options.driverRoot);
  const compiler = await findCompiler();
  const version = source.version ? ` ${source.version}` : '';
  const size = gpu ? 'about 0.6 GB' : 'about 270 MB';
  const first = {
    index: `download ${packageName(gpu)}${version} with pip (${size}) and unpack two libraries`,
    wheel: `unpack two libraries from ${source.kind === 'wheel' ? source.path : ''}`,
    folder: `link the libraries of ${source.kind === 'folder' ? source.path : ''}`,
  }[source.kind];
  const cuda =
    gpu && source.kind !== 'folder'
      ? ['download the CUDA libraries it names with pip (about 2.6 GB, 5 GB unpacked)']
      : [];
  const steps = [
    first,
    ...cuda,
    `compile the binding of tfjs-node ${tfjsNode.version} with ${compiler}`,
  ];
  return { existing, root, source, compiler, steps };
}

async function build(options: {
  readonly root: string;
  readonly tfjsNode: TfjsNode;
  readonly compiler: string;
  readonly source: TensorflowSource;
  readonly gpu: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: InstallOptions['onProgress'];
}): Promise<BuiltAddon> {
  const { root, tfjsNode, compiler, source, gpu, signal, onProgress } = options;
  const directory = mkdtempSync(join(root, LEFTOVER_PREFIX));
  const downloads = join(root, 'downloads');
  const from = { source, gpu, directory, downloads, signal, onProgress };
  const tensorflow = await prepareLibraries(from);
  onProgress?.({ stage: 'compile', message: `compiling the addon with ${basename(compiler)}` });
  await compileAddon({ compiler, tfjsNode: tfjsNode.directory, directory, signal });

  const manifest: AddonManifest = {
    tensorflow,
    ...(source.kind === 'folder' && { folder: folderKey(source.path) }),
    tfjsNode: tfjsNode.version,
    platform: platformKey(),
    gpu,
    installedAt: new Date().toISOString(),
  };
  writeFileSync(join(directory, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  const target = join(root, addonKey(manifest));
  rmSync(target, { recursive: true, force: true });
  renameSync(directory, target);
  rmSync(downloads, { recursive: true, force: true });
  return { ...manifest, directory: target };
}

/** Puts libraries and headers into `directory`; returns TensorFlow's version. */
async function prepareLibraries(options: {
  readonly source: TensorflowSource;
  readonly gpu: boolean;
  readonly directory: string;
  readonly downloads: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: InstallOptions['onProgress'];
}): Promise<string> {
  const { source, gpu, directory, downloads, signal, onProgress } = options;
  if (source.kind === 'folder') {
    linkFolder(source.path, directory);
    return source.version;
  }
  let wheel: Wheel;
  if (source.kind === 'wheel') {
    wheel = source;
  } else {
    const message = `downloading TensorFlow with pip (about ${gpu ? '0.6 GB' : '270 MB'})`;
    onProgress?.({ stage: 'download', message });
    wheel = await downloadWheel({
      directory: downloads,
      requirement: source.version ? `${packageName(gpu)}==${source.version}` : packageName(gpu),
      signal,
      onBytes: (bytes) => {
        const fraction = Math.min(bytes / SIZES[gpu ? 'gpu' : 'cpu'].wheel, 1);
        onProgress?.({ stage: 'download', message, fraction });
      },
    });
  }
  const message = `unpacking TensorFlow ${wheel.version}`;
  await unpackWheel({
    wheel: wheel.path,
    directory,
    signal,
    onProgress: (done, total) => onProgress?.({ stage: 'unpack', message, fraction: done / total }),
  });
  if (gpu) await addCudaLibraries(wheel.path, options);
  return wheel.version;
}

/**
 * Fetches and unpacks the wheels of the extra `and-cuda`, one after the other: a finished one is not
 * fetched again by a later run.
 */
async function addCudaLibraries(
  tensorflowWheel: string,
  options: {
    readonly directory: string;
    readonly downloads: string;
    readonly signal: AbortSignal | undefined;
    readonly onProgress: InstallOptions['onProgress'];
  },
): Promise<void> {
  const { directory, downloads, signal, onProgress } = options;
  const requirements = cudaRequirements(await readMetadata(tensorflowWheel));
  if (requirements.length === 0) {
    throw new BackendError('no-wheel', `${basename(tensorflowWheel)} names no CUDA libraries`);
  }
  for (const [index, requirement] of requirements.entries()) {
    const [name = requirement] = /^[A-Za-z0-9-]+/.exec(requirement) ?? [];
    const message = `downloading ${name} (${index + 1} of ${requirements.length})`;
    onProgress?.({ stage: 'download', message, fraction: index / requirements.length });
    const { path } = await downloadWheel({ directory: downloads, requirement, signal });
    await unpackWheel({ wheel: path, directory, signal });
  }
}

const packageName = (gpu: boolean) => (gpu ? 'tensorflow' : 'tensorflow-cpu');

/** Refuses a wheel of the other kind before anything is unpacked. */
function sourceFor(version: string | undefined, gpu: boolean): TensorflowSource {
  const source = parseTensorflowSource(version);
  if (gpu && source.kind === 'wheel' && basename(source.path).startsWith('tensorflow_cpu')) {
    throw new BackendError('no-wheel', `${source.path} is a wheel for the processor: drop --gpu`);
  }
  return source;
}

const LEFTOVER_PREFIX = '.building-';

/** Called under the lock: whatever is half built belongs to a process that no longer runs. */
function removeLeftovers(root: string): void {
  for (const entry of readdirSync(root)) {
    if (entry.startsWith(LEFTOVER_PREFIX)) rmSync(join(root, entry), { recursive: true });
  }
}

function requireTfjsNode(): TfjsNode {
  const tfjsNode = locateTfjsNode().at(-1);
  if (tfjsNode) return tfjsNode;
  throw new BackendError(
    'no-tfjs-node',
    'the package @tensorflow/tfjs-node is not installed: run npm install @tensorflow/tfjs-node --ignore-scripts',
  );
}

async function checkSpace(root: string, gpu: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize < SIZES[gpu ? 'gpu' : 'cpu'].needed) throw noSpace(root);
}

function explain(error: unknown, root: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof BackendError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(root);
  const message = error instanceof Error ? error.message : String(error);
  return new BackendError('failed', `could not install TensorFlow in ${root}: ${message}`, {
    cause: error,
  });
}
