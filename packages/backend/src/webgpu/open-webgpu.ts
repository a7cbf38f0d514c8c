import { selfCheck } from '../check/self-check.js';
import type { Tf } from '../selection/tf.js';
import { adapterName, isSoftware } from './adapter.js';
import { FEATURES, takeFeatures } from './device-features.js';
import { hoistEnables } from './hoist-enables.js';
import { keepStaging } from './keep-staging.js';
import type { WebgpuBackend } from './kernels/program.js';
import { registerTrainingKernels } from './kernels/register-training-kernels.js';
import { SOFTWARE_TILE } from './kernels/tile.js';
import { refuseOversize } from './refuse-oversize.js';
import { reportErrorsOnRead } from './report-errors.js';
import { registerTapes } from './tape/register-tapes.js';
import type { TfjsWebgpu } from './tfjs-webgpu.js';
import { fixedTile } from './tiles/fixed-tile.js';
import { searchTiles, type TileSource } from './tiles/search-tiles.js';
import type { Adapter } from './webgpu-types.js';

type WebgpuPackage = typeof import('@tensorflow/tfjs-backend-webgpu');

/**
 * Limits raised to what the adapter has: tfjs' own list (dist/base.js). WebGPU's default of 128 MiB for
 * a storage buffer is less than fc6 of AlexNet, 144 MiB.
 */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/**
 * Makes WebGPU on `adapter` the current backend.
 *
 * Errors of the device, which tfjs leaves as silent zeros, throw where results are read. A check
 * against the cpu backend, which must be registered, runs first, shorter on software adapters; a wrong result
 * throws an Error. What not every device has is used where its kernels passed a check of their own.
 *
 * @param tiles how products find theirs
 */
export async function openWebgpu(
  tf: Tf,
  adapter: Adapter,
  webgpu: WebgpuPackage,
  tiles: TileSource,
): Promise<string> {
  await prepareWebgpu(tf, adapter, webgpu);
  const info = adapter.info ?? {};
  const isSlow = isSoftware(info);
  const backend = tf.findBackend('webgpu') as unknown as WebgpuBackend & TfjsWebgpu;
  if (isSlow) Object.assign(backend, { tiles: fixedTile(SOFTWARE_TILE) });
  const { passed, error } = await selfCheck(tf, 'webgpu', isSlow ? 'essential' : 'whole');
  if (!passed) {
    const percent = (100 * error).toPrecision(2);
    throw new Error(`WebGPU computes wrong results on ${adapterName(info)} (${percent} % off)`);
  }
  await takeFeatures(tf, backend, adapter);
  await searchTiles(backend, info, tiles);
  return adapterName(info);
}

/** Registers WebGPU on `adapter` with the kernels, tapes and complaints of this package, unchecked. */
export async function prepareWebgpu(
  tf: Tf,
  adapter: Adapter,
  webgpu: WebgpuPackage,
): Promise<void> {
  const requiredLimits: Record<string, number> = {};
  for (const limit of LIMITS) {
    const value = adapter.limits[limit];
    if (value !== undefined) requiredLimits[limit] = value;
  }
  const device = await adapter.requestDevice({
    requiredLimits,
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
  });
  hoistEnables(device);
  const backend = new webgpu.WebGPUBackend(device as never, (adapter.info ?? {}) as never);
  const inside = backend as unknown as TfjsWebgpu;
  keepStaging(inside);
  refuseOversize(inside);
  reportErrorsOnRead(inside);
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  // Priority 3 is the package's own (dist/base.js).
  tf.registerBackend('webgpu', () => backend, 3);
  registerTrainingKernels(tf);
  registerTapes(tf, inside);
}
