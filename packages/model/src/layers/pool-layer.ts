import type { serialization, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { paddedPool } from '../ops/padded-pool.js';
import type { PoolSpec } from '../spec/layer-spec.js';
import { outputLength, windowsOf } from '../spec/window.js';
import type { Tf } from '../tf.js';
import type { LayerClass } from './layer-class.js';

/** Configuration of the layer. */
export interface PoolConfig extends Omit<PoolSpec, 'op' | 'name'> {
  readonly name?: string;
}

/** tfjs layer `AlexNetPool2D`: {@link paddedPool}, with padding and rounding tfjs-layers lacks. */
export function definePoolLayer(tf: Tf): LayerClass<PoolConfig> {
  return class AlexNetPool2D extends tf.layers.Layer {
    static readonly className = 'AlexNetPool2D';
    readonly config: Omit<PoolSpec, 'op' | 'name'>;

    constructor(config: PoolConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      const { kind, size, stride, padding, rounding, countPadding } = config;
      this.config = {
        kind,
        size,
        stride,
        ...(padding && { padding }),
        ...(rounding && { rounding }),
        ...(countPadding && { countPadding }),
      };
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
      return paddedPool(tf, x, this.config);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
      const [batch = null, height = null, width = null, channels = null] = shape;
      const [down, across] = windowsOf({ ...this.config, op: 'pool', name: this.name });
      const rows = height === null ? null : outputLength(this.name, height, down);
      const columns = width === null ? null : outputLength(this.name, width, across);
      return [batch, rows, columns, channels];
    }

    override getConfig(): serialization.ConfigDict {
      const { padding, ...rest } = this.config;
      return { ...super.getConfig(), ...rest, ...(padding && { padding: { ...padding } }) };
    }
  };
}
