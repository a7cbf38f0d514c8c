import type { Scalar, serialization, Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { dropout } from '../ops/dropout.js';
import type { DropoutSpec } from '../spec/layer-spec.js';
import type { Tf } from '../tf.js';
import type { LayerClass } from './layer-class.js';

/** Configuration of the layer. */
export interface DropoutConfig extends Pick<DropoutSpec, 'rate' | 'scaling'> {
  readonly name?: string;
}

/**
 * tfjs layer `AlexNetDropout`: masks drawn from the `dropoutSeed` of the call and the layer's name.
 * Without a seed, as under `model.fit`, every call takes the next of a fixed series.
 */
export function defineDropoutLayer(tf: Tf): LayerClass<DropoutConfig> {
  return class AlexNetDropout extends tf.layers.Layer {
    static readonly className = 'AlexNetDropout';
    readonly rate: number;
    readonly scaling: DropoutSpec['scaling'];
    #calls = 0;

    constructor(config: DropoutConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      this.rate = config.rate;
      this.scaling = config.scaling;
    }

    override call(
      inputs: Tensor | Tensor[],
      kwargs: {
        readonly training?: boolean;
        readonly dropoutSeed?: number | Scalar;
        readonly dropoutBefore?: number;
      },
    ): Tensor {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
      const keep = 1 - this.rate;
      if (kwargs.training !== true) {
        return this.scaling === 'test' ? tf.mul(x, keep) : x.clone();
      }
      const seed = kwargs.dropoutSeed ?? this.#calls++;
      const kept = this.scaling === 'train' ? 1 / keep : 1;
      const mask = {
        rate: this.rate,
        kept,
        seed,
        stream: this.name,
        before: kwargs.dropoutBefore ?? 0,
      };
      return dropout(tf, x, mask);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
      return inputShape;
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), rate: this.rate, scaling: this.scaling };
    }
  };
}
