import { type Conv2DWindow, conv2dInfo } from '../../kernels/conv2d-info.js';
import type { Tf } from '../../selection/tf.js';

/** What a convolution program has to know of its shapes; all in pixels or channels. */
export interface Geometry {
  readonly batchSize: number;
  readonly inHeight: number;
  readonly inWidth: number;
  /** Of all groups. */
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Of all groups. */
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly top: number;
  readonly left: number;
  /** Blocks of channels that do not see each other. */
  readonly groups: number;
}

/**
 * tfjs' own geometry from a kernel's shapes and attributes, or null where a program does not take them.
 *
 * @param filterShape [kh, kw, in / groups, out]
 */
export function conv2dGeometry(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Readonly<Conv2DWindow> & { readonly groups?: number },
): Geometry | null {
  const { dataFormat = 'NHWC', groups = 1 } = attrs;
  const ofGroup = [...inputShape.slice(0, 3), (inputShape[3] ?? 0) / groups];
  const info = conv2dInfo(tf, ofGroup, filterShape, attrs);
  const taken = dataFormat === 'NHWC' && info.dilationHeight === 1 && info.dilationWidth === 1;
  if (!taken) return null;
  const inChannels = info.inChannels * groups;
  return { ...info, inChannels, top: info.padInfo.top, left: info.padInfo.left, groups };
}

/** Whether every window lies on the map: nothing has to be tested. */
export function isInside(geometry: Geometry): boolean {
  const { top, left, outHeight, outWidth, strideHeight, strideWidth } = geometry;
  return (
    top === 0 &&
    left === 0 &&
    (outHeight - 1) * strideHeight + geometry.filterHeight <= geometry.inHeight &&
    (outWidth - 1) * strideWidth + geometry.filterWidth <= geometry.inWidth
  );
}

/** How many of them are neighbors in one vector. */
export function componentOf(count: number): 1 | 4 {
  return count % 4 === 0 ? 4 : 1;
}

/**
 * The geometry as WGSL constants: a compiled program for each layer, which turns the divisions of every
 * address by constants into multiplications. `inGroup` and `outGroup` are the channels of one group.
 */
export function geometryConstants(geometry: Geometry): string {
  const { inChannels, outChannels, groups } = geometry;
  return [
    ...names.map((name) => `const ${name} = ${geometry[name]};`),
    `const inGroup = ${inChannels / groups};`,
    `const outGroup = ${outChannels / groups};`,
  ].join('\n');
}

/** Names the compiled program of a geometry; the batch is none of it. */
export function geometryKey(geometry: Geometry): string {
  return names.map((name) => geometry[name]).join('_');
}

const names = [
  'inHeight',
  'inWidth',
  'inChannels',
  'outHeight',
  'outWidth',
  'outChannels',
  'filterHeight',
  'filterWidth',
  'strideHeight',
  'strideWidth',
  'top',
  'left',
] as const;
