import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silenceCpuBanner } from '../cpu/open-cpu.js';
import { processorName } from '../node/processor-name.js';
import { firstLine } from '../selection/select.js';
import type { Tf } from '../selection/tf.js';
import { ADDON_FILE, type BuiltAddon, builtAddons, PRELOAD_FILE } from './built-addon.js';
import { CUDA_FOLDER, cudaLibraries } from './cuda-libraries.js';
import { locateTfjsNode, type TfjsNode } from './locate-tfjs-node.js';
import { shimNodeUtil } from './node-util-shim.js';
import { registerFastOps } from './ops/register-fast-ops.js';
import { LIBRARIES } from './tensorflow-source.js';

/** The part of tfjs-node's binding used here. Source: tfjs-node/dist/tfjs_binding.d.ts. */
interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

interface Addon {
  readonly tfjsNode: TfjsNode;
  readonly path: string;
  /** Folder of a build made here; absent for a stock addon. */
  readonly directory?: string;
}

interface Loaded {
  readonly binding: Binding;
  readonly tfjsNode: TfjsNode;
}

/** One TensorFlow runtime fits in a process: the first addon that loads is kept. */
let loaded: Loaded | undefined;

/**
 * Opens TensorFlow with its computations on a GPU or on the processor.
 * Throws an Error in one line when there is no addon, or none that loads, for that kind of device.
 */
export async function openTensorflow(
  kind: 'gpu' | 'cpu',
): Promise<{ readonly tf: Tf; readonly device: string }> {
  const { binding, tfjsNode } = loadAddon(kind);
  const gpu = binding.isUsingGpuDevice();
  if (kind === 'gpu' && !gpu) {
    throw new Error(
      'the GPU build of TensorFlow sees no GPU; check nvidia-smi and the CUDA driver',
    );
  }
  const tf = await registerBackend(binding, tfjsNode);
  const where = gpu ? `${gpuName()} (${memoryChoice()})` : processorName();
  return { tf, device: `${where}, TensorFlow ${binding.TF_Version}` };
}

function loadAddon(kind: 'gpu' | 'cpu'): Loaded {
  const addons = kind === 'gpu' ? gpuAddons() : cpuAddons();
  if (loaded && (kind === 'cpu' || addons.length > 0)) return loaded;
  if (addons.length === 0) throw new Error(nothingInstalled(kind));
  quietTensorflow();
  const reasons: string[] = [];
  for (const { tfjsNode, path, directory } of addons) {
    try {
      if (directory) preload(tfjsNode, directory);
      loaded = { binding: tfjsNode.require(path) as Binding, tfjsNode };
      return loaded;
    } catch (error) {
      reasons.push(firstLine(error));
    }
  }
  throw new Error(`the TensorFlow addon does not load: ${reasons.join('; ')}`);
}

function gpuAddons(): readonly Addon[] {
  return addonsOf('@tensorflow/tfjs-node-gpu', (build) => build.gpu);
}

function cpuAddons(): readonly Addon[] {
  return addonsOf('@tensorflow/tfjs-node', (build) => !build.gpu);
}

/** Stock addons first, then those built here for an installed tfjs-node of the same version. */
function addonsOf(
  stockPackage: TfjsNode['name'],
  wanted: (build: BuiltAddon) => boolean,
): readonly Addon[] {
  const packages = locateTfjsNode();
  const addons: Addon[] = packages
    .filter(({ name }) => name === stockPackage)
    .flatMap((tfjsNode) => tfjsNode.stockAddons.map((path) => ({ tfjsNode, path })))
    .filter(({ path }) => existsSync(path));
  for (const build of builtAddons().filter(wanted)) {
    const tfjsNode = packages.find(({ version }) => version === build.tfjsNode);
    if (!tfjsNode) continue;
    const path = join(build.directory, ADDON_FILE);
    addons.push({ tfjsNode, path, directory: build.directory });
  }
  return addons;
}

function nothingInstalled(kind: 'gpu' | 'cpu'): string {
  if (locateTfjsNode().length === 0) return 'the package @tensorflow/tfjs-node is not installed';
  return kind === 'gpu'
    ? 'no GPU build of TensorFlow is installed'
    : 'no TensorFlow addon is installed; build one with: alexnet backend install';
}

/** Registers tfjs-node's kernels and backend without the parts of it that insist on its own addon. */
async function registerBackend(binding: Binding, tfjsNode: TfjsNode): Promise<Tf> {
  shimNodeUtil();
  const tf = tfjsNode.require('@tensorflow/tfjs') as Tf;
  silenceCpuBanner(tf);
  if (!tf.findBackendFactory('tensorflow')) {
    tfjsNode.require('./dist/register_all_kernels.js');
    const { NodeJSKernelBackend } = tfjsNode.require('./dist/nodejs_kernel_backend.js') as {
      NodeJSKernelBackend: new (
        binding: Binding,
        name: string,
      ) => Parameters<Tf['registerBackend']>[1] extends () => infer B ? Awaited<B> : never;
    };
    // Priority 3 is tfjs-node's own (dist/index.js).
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, tfjsNode.name), 3);
    registerFastOps(tf);
  }
  await tf.setBackend('tensorflow');
  return tf;
}

/** Set before the library is loaded; what the user set stays. */
function quietTensorflow(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Without it one process takes all memory of the GPU.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
}

/**
 * Opens a build's libraries by absolute path, so that TensorFlow finds CUDA's by name without a search
 * path, and itself without oneDNN's greeting. What does not load here is reported by TensorFlow when
 * it needs it.
 */
function preload(tfjsNode: TfjsNode, directory: string): void {
  const cuda = cudaLibraries(directory);
  if (cuda.length > 0) {
    // The assembler and the bitcode TensorFlow compiles kernels with.
    const compiler = join(directory, CUDA_FOLDER, 'cuda_nvcc');
    process.env.XLA_FLAGS ??= `--xla_gpu_cuda_data_dir=${compiler}`;
  }
  const quiet = wantsQuiet() ? [join(directory, LIBRARIES[1])] : [];
  const { load } = tfjsNode.require(join(directory, PRELOAD_FILE)) as {
    load: (paths: readonly string[]) => readonly string[];
  };
  load([...cuda, ...quiet]);
}

const wantsQuiet = () => process.env.TF_CPP_MIN_LOG_LEVEL !== '0';

/** How TensorFlow takes the memory of the GPU: the user's choice, else as it needs it. */
const memoryChoice = () =>
  process.env.TF_FORCE_GPU_ALLOW_GROWTH === 'true' ? 'memory as needed' : 'all memory at once';

/** "NVIDIA H100 80GB HBM3", from the driver's proc files. */
function gpuName(): string {
  const root = '/proc/driver/nvidia/gpus';
  try {
    const [first] = readdirSync(root);
    const text = readFileSync(join(root, first ?? '', 'information'), 'utf8');
    return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? 'GPU';
  } catch {
    return 'GPU';
  }
}
