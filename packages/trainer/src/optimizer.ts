import type { Network, NetworkParameter, Weight } from '@alexnet/model';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { isFrozen } from './frozen-layers.js';
import { momentumUpdate } from './momentum-update.js';
import type { Recipe } from './recipe/recipe.js';
import { TrainingError } from './training-error.js';

/** When an update is made. */
export interface StepContext {
  /** By the schedule. */
  readonly learningRate: number;
  /** Before the schedule; biases may keep to it. */
  readonly peakLearningRate: number;
  /** Epoch counted from 0, for layers that drop or freeze. */
  readonly epoch: number;
}

/** Momentum SGD with coupled weight decay over a network's parameters. Owns its velocities. */
export interface Optimizer {
  /**
   * One update of every trainable parameter.
   *
   * @param gradients mean gradient over the batch by parameter name, shaped like the parameter; kept by the caller
   * A parameter whose learning rate is 0 keeps its value and its velocity.
   */
  update(gradients: ReadonlyMap<string, Tensor>, at: StepContext): void;
  /** The parameters that learn in an epoch counted from 0: those of layers that are not frozen. */
  learning(epoch: number): readonly NetworkParameter[];
  /** What decides the update of one parameter at a moment. */
  settings(parameter: NetworkParameter, at: StepContext): UpdateSettings;
  /** The variable that holds the velocity of a trainable parameter. */
  velocityOf(name: string): Variable;
  /** Velocities by parameter name, in the parameters' own layout. */
  state(): Promise<Map<string, Weight>>;
  /** @throws Error when a name or shape is not that of this network */
  restore(state: ReadonlyMap<string, Weight>): void;
  /** Frees the velocities. */
  dispose(): void;
}

/** Of one parameter. */
export interface UpdateSettings {
  readonly momentum: number;
  readonly learningRate: number;
  readonly decay: number;
}

/** The part of a recipe that decides an update. */
export type UpdateRule = Pick<
  Recipe,
  | 'momentum'
  | 'weightDecay'
  | 'learningRateInMomentum'
  | 'biasLearningRateFactor'
  | 'biasSchedule'
  | 'biasDecay'
  | 'layers'
>;

/**
 * The update of the paper's section 5, equal to the 2012 source's (`weights.cu`, update()):
 * v = m v - learningRate (g + decay w), w = w + v. With `learningRateInMomentum: 'outside'` PyTorch's SGD instead.
 * Only weights ('weight', not 'bias') decay unless `biasDecay`; `biasLearningRateFactor` multiplies the learning rate
 * of the others.
 */
export function createOptimizer(network: Network, rule: UpdateRule): Optimizer {
  const { tf } = network;
  const trainable = network.parameters.filter((parameter) => parameter.trainable);
  const velocities = new Map<string, Variable>(
    trainable.map((parameter) => [
      parameter.name,
      tf.tidy(() => tf.variable(tf.zeros(parameter.variable.shape), false)) as Variable,
    ]),
  );

  const velocityOf = (name: string): Variable => {
    const velocity = velocities.get(name);
    if (!velocity) throw new TrainingError('bad-weights', `no velocity for ${name}`);
    return velocity;
  };

  const settings = (parameter: NetworkParameter, at: StepContext): UpdateSettings => {
    const decays = parameter.kind === 'weight' || rule.biasDecay;
    return {
      momentum: rule.momentum,
      learningRate: learningRateOf(rule, parameter, at),
      decay: decays ? rule.weightDecay : 0,
    };
  };

  const updateOne = (
    { name, variable }: NetworkParameter,
    gradient: Tensor,
    { momentum, learningRate, decay }: UpdateSettings,
  ) => {
    const velocity = velocityOf(name);
    if (rule.learningRateInMomentum === 'inside') {
      momentumUpdate(tf, { variable, velocity, gradient }, { momentum, learningRate, decay });
      return;
    }
    tf.tidy(() => {
      const pull = decay === 0 ? gradient : tf.add(gradient, tf.mul(variable, decay));
      velocity.assign(tf.add(tf.mul(velocity, momentum), pull));
      variable.assign(tf.sub(variable, tf.mul(velocity, learningRate)));
    });
  };

  return {
    update(gradients, at) {
      for (const parameter of trainable) {
        const gradient = gradients.get(parameter.name);
        const own = settings(parameter, at);
        if (gradient && own.learningRate !== 0) updateOne(parameter, gradient, own);
      }
    },
    settings,
    velocityOf,
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
          throw new TrainingError(
            'bad-weights',
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

/** Of one parameter: schedule, its kind, and what its layer does differently. */
function learningRateOf(
  rule: UpdateRule,
  { layer, kind }: NetworkParameter,
  at: StepContext,
): number {
  const own = rule.layers[layer];
  if (isFrozen(rule.layers, layer, at.epoch)) return 0;
  const isWeight = kind === 'weight';
  const base = isWeight || rule.biasSchedule === 'same' ? at.learningRate : at.peakLearningRate;
  const drops = isWeight ? (own?.dropEpochs ?? []).filter((epoch) => at.epoch >= epoch).length : 0;
  const factor = (isWeight ? 1 : rule.biasLearningRateFactor) * (own?.learningRateFactor ?? 1);
  return base * factor * 0.1 ** drops;
}
