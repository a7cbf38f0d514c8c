import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Padding } from '../spec/layer-spec.js';
import type { Tf } from '../tf.js';
import { type AlexNetKernels, type GroupedConv2DAttributes, kernelOf } from './kernels.js';

/** Window step and zeros around the map, in pixels, and blocks of channels. */
export interface GroupedConv2DOptions {
  readonly stride: number;
  readonly padding: Padding;
  readonly groups: number;
}

/** As kernels are told. */
export function windowOf({
  stride,
  padding,
  groups,
}: GroupedConv2DOptions): GroupedConv2DAttributes {
  const { top, bottom, left, right } = padding;
  return {
    strides: [stride, stride],
    pad: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    groups,
  };
}

/** How the two gradients of a convolution are computed where they are asked for, by kernels of the current backend. */
export function gradientsOfConv2d(
  tf: Tf,
  x: Tensor4D,
  filter: Tensor4D,
  dy: Tensor4D,
  window: GroupedConv2DAttributes,
) {
  return {
    x: () =>
      needed(tf, 'AlexNetGroupedConv2DBackpropInput')(
        { dy, filter },
        { ...window, inputShape: x.shape },
      ),
    filter: () =>
      needed(tf, 'AlexNetGroupedConv2DBackpropFilter')(
        { x, dy },
        { ...window, filterShape: filter.shape },
      ),
  };
}

/** A backend that has the convolution has its gradients. */
function needed<Name extends keyof AlexNetKernels>(tf: Tf, name: Name) {
  const kernel = kernelOf(tf, name);
  if (!kernel) throw new Error(`the backend ${tf.getBackend()} has no kernel ${name}`);
  return kernel;
}
