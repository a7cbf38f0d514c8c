import type { backend_util } from '@tensorflow/tfjs-core';
import type { Tf } from './selection/tf.js';

/** tfjs' own geometry of a convolution from a kernel's shapes and attributes. */
export function conv2dInfo(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
): backend_util.Conv2DInfo {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' } = attrs;
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides as [number, number],
    dilations as number,
    pad as 'valid',
    dimRoundingMode as 'floor' | undefined,
    false,
    dataFormat === 'NHWC' ? 'channelsLast' : 'channelsFirst',
  );
}
