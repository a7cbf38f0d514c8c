import type { Network, Weight } from '@alexnet/model';
import type { Variable } from '@tensorflow/tfjs-core';
import { TrainingError } from './training-error.js';

/** An exponential moving average of a network's parameters that can trade places with them. */
export interface WeightAverage {
  /** average = decay * average + (1 - decay) * weights. */
  update(): void;
  /** For those who make that update themselves: 1 - decay of the next one, that it is made, and that it was not. */
  nextShare(): number;
  countUpdate(): void;
  takeBackUpdate(): void;
  /** The weights and their averages. */
  readonly pairs: readonly { readonly live: Variable; readonly mean: Variable }[];
  /** Exchanges the network's weights and the average; call twice to undo. */
  swap(): void;
  state(): Promise<Map<string, Weight>>;
  restore(state: ReadonlyMap<string, Weight>): void;
  dispose(): void;
}

/**
 * @param decay per step, 0 < decay < 1. The average starts at the present weights; the effective
 *   decay grows as (1 + t) / (10 + t) up to `decay`, so that a short run is not held at its start.
 */
export function createWeightAverage(network: Network, decay: number, stepsDone = 0): WeightAverage {
  const { tf } = network;
  let steps = stepsDone;
  const pairs = network.parameters.map(({ name, variable }) => ({
    name,
    live: variable,
    mean: tf.tidy(() => tf.variable(tf.clone(variable), false)) as Variable,
  }));
  const nextShare = () => 1 - Math.min(decay, (1 + steps) / (10 + steps));
  return {
    pairs,
    nextShare,
    countUpdate() {
      steps++;
    },
    takeBackUpdate() {
      steps--;
    },
    update() {
      const share = nextShare();
      steps++;
      for (const { live, mean } of pairs) {
        // In this form a frozen weight's average is that weight, to the bit.
        tf.tidy(() => mean.assign(tf.add(mean, tf.mul(tf.sub(live, mean), share))));
      }
    },
    swap() {
      for (const { live, mean } of pairs) {
        tf.tidy(() => {
          const before = tf.clone(live);
          live.assign(tf.clone(mean));
          mean.assign(before);
        });
      }
    },
    async state() {
      const state = new Map<string, Weight>();
      for (const { name, mean } of pairs) {
        state.set(name, { shape: mean.shape, data: (await mean.data()) as Float32Array });
      }
      return state;
    },
    restore(state) {
      for (const { name, mean } of pairs) {
        const saved = state.get(name);
        if (!saved || saved.shape.join() !== mean.shape.join()) {
          throw new TrainingError(
            'bad-weights',
            `the saved average of ${name} is missing or of another shape`,
          );
        }
        tf.tidy(() => mean.assign(tf.tensor(saved.data, mean.shape, 'float32')));
      }
    },
    dispose() {
      for (const { mean } of pairs) mean.dispose();
    },
  };
}
