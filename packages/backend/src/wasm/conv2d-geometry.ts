import type { backend_util } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';

type Attributes = Readonly<Record<string, unknown>>;

/** tfjs' own geometry of a convolution from a gradient kernel's attributes; NHWC only. */
export function conv2dGeometry(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Attributes,
): backend_util.Conv2DInfo {
  const { strides, pad, dimRoundingMode, dataFormat } = attrs;
  if (dataFormat && dataFormat !== 'NHWC') {
    throw new Error(`the wasm backend convolves NHWC tensors only, not ${String(dataFormat)}`);
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides as [number, number],
    1,
    pad as 'valid',
    dimRoundingMode as 'floor' | undefined,
  );
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
