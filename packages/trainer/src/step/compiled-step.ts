import type { Batch } from '@alexnet/augment';
import type { CompiledStep, NetworkParameter, StepProgram } from '@alexnet/model';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { frozenLayers } from '../frozen-layers.js';
import type { StepContext } from '../optimizer.js';
import { addWeighted, gradientsOf, type Part, partsOf, squaredNorm, upload } from './gradients.js';
import { isSound, type Step, type StepParts, type StepResult } from './step.js';

/** Shapes kept compiled: full batches and the last one of an epoch. */
const KEPT = 2;

/**
 * The step as one call of the backend, compiled anew for each shape of a batch and each set of layers
 * that learn. `plain` takes the steps in which nothing learns.
 */
export function createCompiledStep(
  parts: StepParts,
  compile: (program: StepProgram) => CompiledStep,
  plain: Step,
): Step {
  const { network, optimizer, average, recipe } = parts;
  const { tf } = network;
  const known = new Map<string, CompiledStep>();

  const compiledFor = (key: string, program: () => StepProgram): CompiledStep => {
    const step = known.get(key) ?? compile(program());
    known.delete(key);
    known.set(key, step);
    const [oldest = ''] = known.keys();
    if (known.size > KEPT) known.delete(oldest);
    return step;
  };

  return {
    async run(batch, at) {
      const learning = optimizer.learning(at.epoch);
      if (learning.length === 0) return plain.run(batch, at);
      const frozen = frozenLayers(recipe.layers, at.epoch);
      const pieces = partsOf(batch, recipe.accumulate);
      const inputs = pieces.flatMap((piece) => inputsOf(parts, batch, piece, at.dropoutSeed));
      const key = [...inputs.map(({ shape }) => `[${shape}]`), ...frozen].join(' ');
      const step = compiledFor(key, () => programOf(parts, inputs, pieces, learning, frozen));
      const outputs = step.run(inputs, numbersOf(parts, learning, at), average?.nextShare() ?? 0);
      const values = await Promise.all(
        outputs.map(async (output) => (await output.data())[0] as number),
      );
      tf.dispose([...inputs, ...outputs]);
      const result = resultOf(values, pieces);
      if (isSound(result)) average?.countUpdate();
      return result;
    },
  };
}

/** Of one part: pixels, targets, labels and the seed of its masks. */
const INPUTS = 4;

function inputsOf({ network }: StepParts, batch: Batch, part: Part, dropoutSeed: number): Tensor[] {
  const { tf } = network;
  const { x, targets, labels } = upload(tf, batch, part);
  return [x, targets, labels, tf.scalar((dropoutSeed + part.start) | 0, 'int32')];
}

function programOf(
  { network, optimizer, average, recipe }: StepParts,
  inputs: readonly Tensor[],
  pieces: readonly Part[],
  learning: readonly NetworkParameter[],
  frozen: readonly string[],
): StepProgram {
  const { tf } = network;
  return {
    inputs,
    learned: learning.map(({ name, variable }) => ({
      variable,
      velocity: optimizer.velocityOf(name),
    })),
    assigned: network.parameters
      .filter(({ trainable, layer }) => !trainable && !frozen.includes(layer))
      .map(({ variable }) => variable),
    averages: average?.pairs ?? [],
    isRateInside: recipe.learningRateInMomentum === 'inside',
    clipNorm: recipe.clipNorm,
    record(given, wait) {
      let sums = new Map<string, Tensor>();
      const losses: Tensor[] = [];
      const results: Tensor[] = [];
      pieces.forEach((piece, i) => {
        if (i > 0) wait([...sums.values()]);
        const [x, targets, labels, dropoutSeed] = given.slice(INPUTS * i, INPUTS * (i + 1));
        const passed = gradientsOf(
          network,
          learning,
          { x, targets, labels } as Parameters<typeof gradientsOf>[2],
          {
            training: true,
            dropoutSeed: dropoutSeed as Scalar,
            unbiasedVariance: recipe.batchNormVariance === 'unbiased',
            frozen,
          },
        );
        sums = addWeighted(tf, sums, passed.gradients, piece.share);
        losses.push(passed.loss);
        results.push(passed.loss, tf.clone(passed.correct));
        passed.correct.dispose();
      });
      const gradients = learning.map(({ name }) => sums.get(name) as Tensor);
      const squared = squaredNorm(tf, sums.values());
      return {
        loss: losses.length === 1 ? (losses[0] as Tensor) : tf.addN(losses),
        gradients,
        squaredNorm: squared,
        results: [...results, squared],
      };
    },
  };
}

/** [parameters, 3]: momentum, learning rate, and decay, times the learning rate where that is inside. */
function numbersOf(
  { optimizer, recipe }: StepParts,
  learning: readonly NetworkParameter[],
  at: StepContext,
): Float32Array {
  const isInside = recipe.learningRateInMomentum === 'inside';
  return Float32Array.from(
    learning.flatMap((parameter) => {
      const { momentum, learningRate, decay } = optimizer.settings(parameter, at);
      return [momentum, learningRate, isInside ? learningRate * decay : decay];
    }),
  );
}

function resultOf(values: readonly number[], pieces: readonly Part[]): StepResult {
  let loss = 0;
  let correct = 0;
  pieces.forEach(({ share }, i) => {
    loss += (values[2 * i] as number) * share;
    correct += values[2 * i + 1] as number;
  });
  return { loss, correct, gradientNorm: Math.sqrt(values.at(-1) as number) };
}
