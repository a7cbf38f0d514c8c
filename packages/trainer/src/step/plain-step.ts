import type { Tf } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import { frozenLayers } from '../frozen-layers.js';
import { addWeighted, gradientsOf, partsOf, squaredNorm, upload } from './gradients.js';
import { isSound, type Step, type StepParts } from './step.js';

/**
 * The step op by op, on any backend.
 *
 * The batch is computed in `recipe.accumulate` parts whose gradients are added, so the update is
 * that of the whole batch (batch norm sees the parts, as everywhere).
 */
export function createPlainStep({ network, optimizer, average, recipe }: StepParts): Step {
  const { tf } = network;
  return {
    async run(batch, at) {
      const learning = optimizer.learning(at.epoch);
      const frozen = frozenLayers(recipe.layers, at.epoch);
      let sums = new Map<string, Tensor>();
      let loss = 0;
      let correct = 0;
      for (const part of partsOf(batch, recipe.accumulate)) {
        const tensors = upload(tf, batch, part);
        const options = {
          training: true,
          dropoutSeed: at.dropoutSeed + part.start,
          unbiasedVariance: recipe.batchNormVariance === 'unbiased',
          frozen,
        };
        const passed = gradientsOf(network, learning, tensors, options);
        sums = addWeighted(tf, sums, passed.gradients, part.share);
        const values = await Promise.all([passed.loss.data(), passed.correct.data()]);
        loss += (values[0][0] as number) * part.share;
        correct += values[1][0] as number;
        tf.dispose([passed.loss, passed.correct, ...Object.values(tensors)]);
      }
      const gradientNorm = await globalNorm(tf, sums);
      const result = { loss, correct, gradientNorm };
      if (isSound(result)) {
        if (recipe.clipNorm > 0 && gradientNorm > recipe.clipNorm) {
          scale(tf, sums, recipe.clipNorm / gradientNorm);
        }
        optimizer.update(sums, at);
        average?.update();
      }
      tf.dispose([...sums.values()]);
      return result;
    },
  };
}

/** √ of the sum of all squares; 0 where nothing learns. */
async function globalNorm(tf: Tf, gradients: ReadonlyMap<string, Tensor>): Promise<number> {
  if (gradients.size === 0) return 0;
  const squared = squaredNorm(tf, gradients.values());
  const [sum = 0] = await squared.data();
  squared.dispose();
  return Math.sqrt(sum);
}

/** Multiplies every gradient, disposing what it replaces. */
function scale(tf: Tf, gradients: Map<string, Tensor>, factor: number): void {
  for (const [name, gradient] of gradients) {
    gradients.set(name, tf.mul(gradient, factor));
    gradient.dispose();
  }
}
