import type { Network, NetworkParameter, Tf, Weight } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { isFrozen } from './frozen-layers.js';
import { momentumUpdate } from './momentum-update.js';
import type { Recipe } from './recipe.js';

/** When an update is made. */
export interface StepContext {
  /** Learning rate by the schedule. */
  readonly rate: number;
  /** Learning rate before the schedule; biases may keep to it. */
  readonly peakRate: number;
  /** Epoch counted from 0, for layers that drop or freeze. */
  readonly epoch: number;
}

/** Momentum SGD with coupled weight decay over a network's parameters. Owns its velocities. */
export interface Optimizer {
  /**
   * One update of every trainable parameter.
   *
   * @param gradients mean gradient over the batch by parameter name, shaped like the parameter; kept by the caller
   * A parameter whose rate is 0 keeps its value and its velocity.
   */
  update(gradients: ReadonlyMap<string, Tensor>, at: StepContext): void;
  /** The parameters that learn in an epoch counted from 0: those of layers that are not frozen. */
  learning(epoch: number): readonly NetworkParameter[];
  /** Velocities by parameter name, in the parameters' own layout. */
  state(): Promise<Map<string, Weight>>;
  /** @throws Error when a name or shape is not that of this network */
  restore(state: ReadonlyMap<string, Weight>): void;
  /** Frees the velocities. */
  dispose(): void;
}

/** The part of a recipe that decides an update. */
export type UpdateRule = Pick<
  Recipe,
  | 'momentum'
  | 'weightDecay'
  | 'rateInMomentum'
  | 'biasRate'
  | 'biasSchedule'
  | 'biasDecay'
  | 'layers'
>;

/**
 * The update of the paper's section 5, equal to the 2012 source's (`weights.cu`, update()):
 * v = m v - rate (g + decay w), w = w + v. With `rateInMomentum: 'outside'` PyTorch's SGD instead.
 * Only kernels ('weight') decay unless `biasDecay`; `biasRate` multiplies the rate of the others.
 */
export function createOptimizer(tf: Tf, network: Network, rule: UpdateRule): Optimizer {
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
    update(gradients, at) {
      for (const parameter of trainable) {
        const gradient = gradients.get(parameter.name);
        const rate = rateOf(rule, parameter, at);
        if (gradient && rate !== 0) updateOne(parameter, gradient, rate);
      }
    },
    learning: (epoch) => trainable.filter(({ layer }) => !isFrozen(rule.layers, layer, epoch)),
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

/** The rate of one parameter: schedule, its kind, and what its layer does differently. */
function rateOf(rule: UpdateRule, { layer, kind }: NetworkParameter, at: StepContext): number {
  const own = rule.layers[layer];
  if (isFrozen(rule.layers, layer, at.epoch)) return 0;
  const isWeight = kind === 'weight';
  const base = isWeight || rule.biasSchedule === 'same' ? at.rate : at.peakRate;
  const drops = isWeight ? (own?.dropEpochs ?? []).filter((epoch) => at.epoch >= epoch).length : 0;
  return base * (isWeight ? 1 : rule.biasRate) * (own?.rate ?? 1) * 0.1 ** drops;
}
