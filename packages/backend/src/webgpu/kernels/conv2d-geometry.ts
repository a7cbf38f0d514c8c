import { type Conv2DWindow, conv2dInfo } from '../../kernels/conv2d-info.js';
import type { Tf } from '../../selection/tf.js';

/** What a convolution program has to know of its shapes; all in pixels or channels. */
export interface Geometry {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly top: number;
  readonly left: number;
}

/** tfjs' own geometry from a kernel's shapes and attributes, or null where a program does not take them. */
export function conv2dGeometry(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Readonly<Conv2DWindow>,
): (Geometry & { readonly batchSize: number }) | null {
  const { dataFormat = 'NHWC' } = attrs;
  const info = conv2dInfo(tf, inputShape, filterShape, attrs);
  const taken = dataFormat === 'NHWC' && info.dilationHeight === 1 && info.dilationWidth === 1;
  return taken ? { ...info, top: info.padInfo.top, left: info.padInfo.left } : null;
}

/**
 * The geometry as WGSL constants: a compiled program for each layer, which turns the divisions of every
 * address by constants into multiplications.
 */
export function geometryConstants(geometry: Geometry): string {
  return names.map((name) => `const ${name} = ${geometry[name]};`).join('\n');
}

/** Names the compiled program of a geometry. */
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
