import type { Network, NetworkParameter, Tf, Weight } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { momentumUpdate } from './momentum-update.js';
import type { Recipe } from './recipe.js';

/** Momentum SGD with coupled weight decay over a network's parameters. Owns its velocities. */
export interface Optimiser {
  /**
   * One update of every trainable parameter.
   *
   * @param gradients mean gradient over the batch by parameter name, shaped like the parameter; kept by the caller
   * @param rate learning rate now; 0 leaves a layer and its velocity as they are
   * @param epoch epoch counted from 0, for layers that freeze
   */
  update(gradients: ReadonlyMap<string, Tensor>, rate: number, epoch: number): void;
  /** Velocities by parameter name, in the parameters' own layout. */
  state(): Promise<Map<string, Weight>>;
  /** @throws Error when a name or shape is not that of this network */
  restore(state: ReadonlyMap<string, Weight>): void;
  dispose(): void;
}

type Rule = Pick<
  Recipe,
  'momentum' | 'weightDecay' | 'rateInMomentum' | 'biasRate' | 'biasDecay' | 'layers'
>;

/**
 * The update of the paper's section 5, equal to the 2012 source's (`weights.cu`, update()):
 * v = m v - rate (g + decay w), w = w + v. With `rateInMomentum: 'outside'` PyTorch's SGD instead.
 * Only kernels ('weight') decay unless `biasDecay`; `biasRate` multiplies the rate of the others.
 */
export function createOptimiser(tf: Tf, network: Network, rule: Rule): Optimiser {
  const trainable = network.parameters.filter((parameter) => parameter.trainable);
  const velocities = new Map<string, Variable>(
    trainable.map((parameter) => [
      parameter.name,
      tf.tidy(() => tf.variable(tf.zeros(parameter.variable.shape), false)) as Variable,
    ]),
  );

  const updateOne = (parameter: NetworkParameter, gradient: Tensor, rate: number) => {
    const velocity = velocities.get(parameter.name);
    if (!velocity) throw new Error(`no velocity for ${parameter.name}`);
    const decays = parameter.kind === 'weight' || rule.biasDecay;
    const decay = decays ? rule.weightDecay : 0;
    const { variable } = parameter;
    const { momentum } = rule;
    if (rule.rateInMomentum === 'inside') {
      momentumUpdate(tf, { variable, velocity, gradient }, { momentum, rate, decay });
      return;
    }
    tf.tidy(() => {
      const pull = decay === 0 ? gradient : tf.add(gradient, tf.mul(variable, decay));
      velocity.assign(tf.add(tf.mul(velocity, momentum), pull));
      variable.assign(tf.sub(variable, tf.mul(velocity, rate)));
    });
  };

  return {
    update(gradients, rate, epoch) {
      for (const parameter of trainable) {
        const own = rule.layers[parameter.layer];
        const frozen = own?.frozenFromEpoch !== undefined && epoch >= own.frozenFromEpoch;
        const kindFactor = parameter.kind === 'weight' ? 1 : rule.biasRate;
        const ownRate = frozen ? 0 : rate * (own?.rate ?? 1) * kindFactor;
        const gradient = gradients.get(parameter.name);
        if (gradient && ownRate !== 0) updateOne(parameter, gradient, ownRate);
      }
    },
    async state() {
      const state = new Map<string, Weight>();
      for (const [name, velocity] of velocities) {
        state.set(name, { shape: velocity.shape, data: (await velocity.data()) as Float32Array });
      }
      return state;
    },
    restore(state) {
      for (const [name, velocity] of velocities) {
        const saved = state.get(name);
        if (!saved || saved.shape.join() !== velocity.shape.join()) {
          throw new Error(
            `the saved momentum of ${name} is ${saved ? `[${saved.shape}]` : 'missing'}, this network needs [${velocity.shape}]`,
          );
        }
      }
      for (const [name, velocity] of velocities) {
        const saved = state.get(name) as Weight;
        tf.tidy(() => velocity.assign(tf.tensor(saved.data, velocity.shape, 'float32')));
      }
    },
    dispose() {
      for (const velocity of velocities.values()) velocity.dispose();
      velocities.clear();
    },
  };
}
