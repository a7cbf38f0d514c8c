import type { AlexNetKernels } from '@alexnet/model';
import type { backend_util, Conv2DAttrs } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';

type GroupedWindow = AlexNetKernels['AlexNetGroupedConv2D']['attrs'];

/** How a convolution or one of its gradients walks over the map, as kernels are told. */
export type Conv2DWindow = Pick<Conv2DAttrs, 'dimRoundingMode'> &
  Partial<Pick<Conv2DAttrs, 'dataFormat' | 'dilations'>> & {
    readonly strides: number | readonly [number, number];
    readonly pad: Conv2DAttrs['pad'] | GroupedWindow['pad'];
  };

/** tfjs' own geometry of a convolution from a kernel's shapes and attributes. */
export function conv2dInfo(
  tf: Tf,
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' }: Readonly<Conv2DWindow>,
): backend_util.Conv2DInfo {
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides as Conv2DAttrs['strides'],
    dilations,
    pad as Conv2DAttrs['pad'],
    dimRoundingMode,
    false,
    dataFormat === 'NHWC' ? 'channelsLast' : 'channelsFirst',
  );
}

/** How a convolution of this package walks, as tfjs' kernels are told. */
export function windowOf({ strides, pad }: GroupedWindow): Conv2DWindow {
  return { strides, pad, dilations: 1, dataFormat: 'NHWC' };
}
