import type { serialization, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { convolveWithBias } from '../ops/grouped-conv2d.js';
import type { Padding } from '../spec/layer-spec.js';
import { outputLength, slidingWindows, type Window } from '../spec/window.js';
import type { Tf } from '../tf.js';
import type { LayerClass } from './layer-class.js';

/** Configuration of the layer. */
export interface GroupedConvConfig {
  readonly name?: string;
  readonly filters: number;
  readonly kernelSize: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: Padding;
  readonly groups: number;
}

/** tfjs layer `AlexNetConv2D`: a convolution with groups and explicit padding, which tfjs-layers lacks. */
export function defineGroupedConvLayer(tf: Tf): LayerClass<GroupedConvConfig> {
  return class AlexNetConv2D extends tf.layers.Layer {
    static readonly className = 'AlexNetConv2D';
    readonly config: GroupedConvConfig;

    constructor(config: GroupedConvConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      const { filters, kernelSize, stride, padding, groups } = config;
      this.config = { filters, kernelSize, stride, padding, groups };
    }

    override build(inputShape: Shape | Shape[]): void {
      const channels = mapShape(inputShape)[3] ?? 0;
      const { filters, kernelSize, groups } = this.config;
      const zeros = tf.initializers.zeros();
      const shape = [...kernelSize, channels / groups, filters];
      this.addWeight('kernel', shape, 'float32', zeros);
      this.addWeight('bias', [filters], 'float32', zeros);
      super.build(inputShape);
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
      const [kernel, bias] = this.weights.map((weight) => weight.read());
      return convolveWithBias(tf, x, kernel as Tensor4D, bias as Tensor, this.config);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const [batch, height, width] = mapShape(inputShape);
      const { filters, kernelSize, stride, padding } = this.config;
      const [down, across] = slidingWindows({
        kernel: kernelSize,
        stride,
        padding,
        rounding: 'floor',
      });
      const count = (length: number | null | undefined, window: Window) =>
        length == null ? null : outputLength(this.name, length, window);
      return [batch ?? null, count(height, down), count(width, across), filters];
    }

    override getConfig(): serialization.ConfigDict {
      const { kernelSize, padding, ...rest } = this.config;
      return {
        ...super.getConfig(),
        ...rest,
        kernelSize: [...kernelSize],
        padding: { ...padding },
      };
    }
  };
}

function mapShape(shape: Shape | Shape[]): Shape {
  return (Array.isArray(shape[0]) ? shape[0] : shape) as Shape;
}
