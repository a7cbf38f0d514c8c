import type { serialization, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { localResponseNorm, type ResponseNorm, withinMapNorm } from '../ops/response-norm.js';
import type { Tf } from '../tf.js';
import type { LayerClass } from './layer-class.js';

/** Configuration of both normalization layers. */
export interface NormConfig extends ResponseNorm {
  readonly name?: string;
  readonly groups?: number;
}

/** tfjs layer `AlexNetLRN`: {@link localResponseNorm} with its constants in `model.json`. */
export function defineLrnLayer(tf: Tf): LayerClass<NormConfig> {
  return class AlexNetLRN extends tf.layers.Layer {
    static readonly className = 'AlexNetLRN';
    readonly norm: ResponseNorm;
    readonly groups: number;

    constructor(config: NormConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      this.norm = constants(config);
      this.groups = config.groups ?? 1;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return localResponseNorm(tf, single(inputs), this.norm, this.groups);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
      return inputShape;
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), ...this.norm, groups: this.groups };
    }
  };
}

/** tfjs layer `AlexNetMapNorm`: {@link withinMapNorm} with its constants in `model.json`. */
export function defineMapNormLayer(tf: Tf): LayerClass<NormConfig> {
  return class AlexNetMapNorm extends tf.layers.Layer {
    static readonly className = 'AlexNetMapNorm';
    readonly norm: ResponseNorm;

    constructor(config: NormConfig) {
      super(config.name === undefined ? {} : { name: config.name });
      this.norm = constants(config);
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return withinMapNorm(tf, single(inputs), this.norm);
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
      return inputShape;
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), ...this.norm };
    }
  };
}

function constants({ size, k, sumCoeff, beta }: NormConfig): ResponseNorm {
  return { size, k, sumCoeff, beta };
}

function single(inputs: Tensor | Tensor[]): Tensor4D {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
}
