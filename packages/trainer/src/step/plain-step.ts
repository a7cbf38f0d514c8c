import type { NetworkParameter, Tf } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import { frozenLayers } from '../frozen-layers.js';
import { ALONE } from '../world/world.js';
import {
  addWeighted,
  gradientsOf,
  partsOf,
  runningValues,
  shareOfPieces,
  squaredNorm,
  upload,
} from './gradients.js';
import { isSound, type Step, type StepParts } from './step.js';

/**
 * The step op by op, on any backend.
 *
 * The batch is computed in `recipe.accumulate` parts whose gradients are added, so the update is
 * that of the whole batch (batch norm sees the parts, as everywhere).
 */
export function createPlainStep(parts: StepParts): Step {
  const { network, optimizer, average, recipe, world = ALONE } = parts;
  const { tf } = network;
  return {
    ahead: 0,
    dispose() {},
    async run(batch, at) {
      const learning = optimizer.learning(at.epoch);
      const frozen = frozenLayers(recipe.layers, at.epoch);
      let sums = new Map<string, Tensor>();
      let loss = 0;
      let correct = 0;
      const pieces = partsOf(batch, recipe.accumulate, at.whole);
      const running = runningValues(network, frozen);
      const before = running.map((variable) => tf.clone(variable as Tensor));
      const lossScale = at.lossScale === undefined ? undefined : tf.scalar(at.lossScale);
      for (const part of pieces) {
        const tensors = upload(tf, batch, part);
        const options = {
          training: true,
          dropoutSeed: at.dropoutSeed + part.wholeStart,
          dropoutBefore: part.before,
          unbiasedVariance: recipe.batchNormVariance === 'unbiased',
          frozen,
        };
        const passed = gradientsOf(network, learning, tensors, options, lossScale);
        sums = addWeighted(tf, sums, passed.gradients, part.share);
        const values = await Promise.all([passed.loss.data(), passed.correct.data()]);
        loss += (values[0][0] as number) * part.share;
        correct += values[1][0] as number;
        tf.dispose([passed.loss, passed.correct, ...Object.values(tensors)]);
      }
      if (world.size > 1) {
        sums = sumOverProcesses(parts, learning, sums, frozen, shareOfPieces(pieces));
        const means = Float64Array.of(loss, correct);
        world.sum(means);
        [loss = 0, correct = 0] = means;
      }
      const gradientNorm = await globalNorm(tf, sums);
      const result = { loss, correct, gradientNorm };
      if (isSound(result)) {
        if (recipe.clipNorm > 0 && gradientNorm > recipe.clipNorm) {
          scale(tf, sums, recipe.clipNorm / gradientNorm);
        }
        optimizer.update(sums, at);
        average?.update();
      } else {
        running.forEach((variable, i) => {
          variable.assign(before[i] as Tensor);
        });
      }
      tf.dispose([...sums.values(), ...before, ...(lossScale ? [lossScale] : [])]);
      return result;
    },
  };
}

/** Sums gradients over the processes, disposing what it replaces, and averages running values. */
function sumOverProcesses(
  { network, world = ALONE }: StepParts,
  learning: readonly NetworkParameter[],
  own: ReadonlyMap<string, Tensor>,
  frozen: readonly string[],
  share: number,
): Map<string, Tensor> {
  const { tf } = network;
  const running = runningValues(network, frozen);
  const given = [
    ...learning.map(({ name, variable }) => own.get(name) ?? tf.zeros(variable.shape)),
    ...running.map((variable) => tf.mul(variable as Tensor, share)),
  ];
  const sums = given.length === 0 ? [] : world.sumTensors(given);
  tf.dispose(given);
  const means = sums.slice(learning.length);
  running.forEach((variable, at) => {
    variable.assign(means[at] as Tensor);
  });
  tf.dispose(means);
  return new Map(learning.map(({ name }, at) => [name, sums[at] as Tensor]));
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
