import type { Tf } from '../selection/tf.js';
import { checkHalfNumbers } from './check-half-numbers.js';
import { fitsTile, type MatrixShape } from './kernels/matrix-loop.js';
import type { WebgpuBackend } from './kernels/program.js';
import { DEFAULT_TILE } from './kernels/tile.js';
import type { Adapter, AdapterInfo } from './webgpu-types.js';

/** Something that not every WebGPU device has. */
export interface DeviceFeature {
  /** As WebGPU calls it. */
  readonly name: string;
  /** Whether kernels or timers here use it. */
  readonly taken: boolean;
  /** For what, or why not. */
  readonly remark: string;
}

const HALF = 'shader-f16';
const SUBGROUPS = 'subgroups';
const MATRICES = 'chromium-experimental-subgroup-matrix';
const TIMES = 'timestamp-query';

/** Asked for where an adapter has them. */
export const FEATURES = [TIMES, HALF, SUBGROUPS, MATRICES];

/** What {@link takeFeatures} leaves on the backend. */
interface Examined {
  features?: readonly DeviceFeature[];
}

/**
 * Compares the kernels of each feature with the plain ones on this device and lets those that agree be
 * used. The current backend has to be this one.
 */
export async function takeFeatures(
  tf: Tf,
  backend: WebgpuBackend,
  adapter: Adapter,
): Promise<void> {
  const has = (name: string) => backend.device.features.has(name);
  const report = (name: string, whyNot: string | null, use: string): DeviceFeature => ({
    name,
    taken: has(name) && whyNot === null,
    remark: has(name) ? (whyNot ?? use) : 'this adapter does not have it',
  });

  const half = { halfNumbers: 'f16' } as const;
  const whyNoHalf = has(HALF) ? await checkHalfNumbers(tf, backend, half) : 'it is not there';
  if (whyNoHalf === null) Object.assign(backend, half);

  const matrixShape = matrixShapeOf(adapter.info ?? {});
  let whyNoMatrices: string | null = null;
  if (whyNoHalf !== null) whyNoMatrices = 'its factors are half precision, which is not taken';
  else if (!matrixShape) whyNoMatrices = 'no shape of it fits the tiles here';
  else if (has(MATRICES)) {
    whyNoMatrices = await checkHalfNumbers(tf, backend, { ...half, matrixShape });
  }
  const matrices = report(MATRICES, whyNoMatrices, 'checked; multiplies in fp16');
  if (matrices.taken) Object.assign(backend, { matrixShape });

  const features = [
    report(HALF, whyNoHalf, 'checked; the factors of --precision fp16'),
    report(SUBGROUPS, matrices.taken ? null : 'no kernel here needs it alone', 'for its matrices'),
    matrices,
    report(TIMES, null, 'times kernels'),
  ];
  Object.assign(backend, { features } satisfies Examined);
}

/** The largest shape of an adapter with subgroups of 32 threads that products here are written for. */
export function matrixShapeOf({
  subgroupMinSize,
  subgroupMaxSize,
  subgroupMatrixConfigs = [],
}: AdapterInfo): MatrixShape | undefined {
  if (subgroupMinSize !== 32 || subgroupMaxSize !== 32) return undefined;
  return [...subgroupMatrixConfigs]
    .filter((config) => config.componentType === 'f16' && config.resultComponentType === 'f32')
    .map(({ M, N, K }) => ({ m: M, n: N, k: K }))
    .filter((shape) => fitsTile(shape, DEFAULT_TILE))
    .sort((a, b) => b.m * b.n * b.k - a.m * a.n * a.k)[0];
}

/** Of the current backend; none where it is not WebGPU or was not opened here. */
export function deviceFeaturesOf(tf: Tf): readonly DeviceFeature[] {
  return (tf.backend() as Examined).features ?? [];
}

/** Why the current backend, WebGPU, does not compute in fp16; null where it can. */
export function whyNoHalfOnWebgpu(tf: Tf): string | null {
  const { halfNumbers, device } = tf.backend() as unknown as WebgpuBackend;
  if (halfNumbers) return null;
  if (!device.features.has(HALF)) return `this WebGPU device does not have ${HALF}`;
  const own = deviceFeaturesOf(tf).find(({ name }) => name === HALF);
  return `${HALF} is not used on this WebGPU device: ${own?.remark ?? 'it was not checked'}`;
}
