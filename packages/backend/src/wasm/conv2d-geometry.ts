import type { backend_util } from '@tensorflow/tfjs-core';
import { conv2dInfo } from '../conv2d-info.js';
import type { Tf } from '../selection/tf.js';

type Attributes = Readonly<Record<string, unknown>>;

/** tfjs' own geometry of a convolution from a gradient kernel's attributes; NHWC only. */
export function conv2dGeometry(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Attributes,
): backend_util.Conv2DInfo {
  const { dataFormat } = attrs;
  if (dataFormat && dataFormat !== 'NHWC') {
    throw new Error(`the wasm backend convolves NHWC tensors only, not ${String(dataFormat)}`);
  }
  return conv2dInfo(tf, inputShape, filterShape, { ...attrs, dilations: 1 });
}

/** Explicit padding in the form tfjs kernels take: [[0, 0], [top, bottom], [left, right], [0, 0]]. */
export function explicitPad(
  top: number,
  bottom: number,
  left: number,
  right: number,
): readonly (readonly [number, number])[] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
