import type { backend_util } from '@tensorflow/tfjs-core';
import { type Conv2DWindow, conv2dInfo } from '../kernels/conv2d-info.js';
import type { Tf } from '../selection/tf.js';

/** tfjs' own geometry of a convolution from a gradient kernel's attributes; NHWC only. */
export function conv2dGeometry(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Readonly<Conv2DWindow>,
): backend_util.Conv2DInfo {
  const { dataFormat } = attrs;
  if (dataFormat && dataFormat !== 'NHWC') {
    throw new Error(`the wasm backend convolves NHWC tensors only, not ${dataFormat}`);
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
