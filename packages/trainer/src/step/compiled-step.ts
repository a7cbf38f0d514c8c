import type { Batch } from '@alexnet/augment';
import {
  type CompiledStep,
  imagesOf,
  type Network,
  type NetworkParameter,
  type Pixels,
  type StepCompiler,
  type StepInput,
  type StepProgram,
  type StepTensors,
} from '@alexnet/model';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { frozenLayers } from '../frozen-layers.js';
import type { StepContext } from '../optimizer.js';
import { ALONE } from '../world/world.js';
import {
  addWeighted,
  gradientsOf,
  type Part,
  partOf,
  partsOf,
  runningValues,
  shareOfPieces,
  squaredNorm,
} from './gradients.js';
import { isSound, type Step, type StepParts, type StepResult } from './step.js';

/** Shapes kept compiled: full batches and the last one of an epoch. */
const KEPT = 2;

/**
 * The step as one call of the backend, compiled anew for each shape of a batch and each set of layers
 * that learn. `plain` takes the steps in which nothing learns.
 */
export function createCompiledStep(parts: StepParts, compiler: StepCompiler, plain: Step): Step {
  const { optimizer, average, recipe, world = ALONE } = parts;
  const known = new Map<string, CompiledStep>();

  const compiledFor = (key: string, program: () => StepProgram): CompiledStep => {
    const step = known.get(key) ?? compiler.compile(program());
    known.delete(key);
    known.set(key, step);
    const [oldest = ''] = known.keys();
    if (known.size > KEPT) {
      known.get(oldest)?.dispose();
      known.delete(oldest);
    }
    return step;
  };

  return {
    ahead: compiler.ahead,
    // Everything is on its way before this first waits: steps follow each other as they are called.
    async run(batch, at) {
      const learning = optimizer.learning(at.epoch);
      if (learning.length === 0) return plain.run(batch, at);
      const frozen = frozenLayers(recipe.layers, at.epoch);
      const pieces = partsOf(batch, recipe.accumulate, at.whole);
      const scale: StepInput[] =
        at.lossScale === undefined ? [] : [{ shape: [], values: Float32Array.of(at.lossScale) }];
      const perPiece = pieces.map((piece) => inputsOf(batch, piece, at.dropoutSeed));
      const inputs = [...perPiece.flat(), ...scale];
      const places = pieces.map(({ share, before }) => `${share} from ${before}`);
      const shapes = [batch.imageShape, ...inputs.map(({ shape }) => shape)];
      const key = [...shapes.map((shape) => `[${shape}]`), ...places, ...frozen].join(' ');
      const step = compiledFor(key, () =>
        programOf(
          parts,
          { inputs, perPiece: perPiece[0]?.length ?? 0, imageShape: batch.imageShape },
          pieces,
          learning,
          frozen,
        ),
      );
      const running = step.run(inputs, numbersOf(parts, learning, at), average?.nextShare() ?? 0);
      average?.countUpdate();
      const values = await running;
      const result = world.size > 1 ? summedResult(values) : resultOf(values, pieces);
      if (!isSound(result)) average?.takeBackUpdate();
      return result;
    },
    dispose() {
      for (const step of known.values()) step.dispose();
      known.clear();
    },
  };
}

/** Of one part: targets, labels, the seed of its masks, and what its images are made of. */
function inputsOf(batch: Batch<Pixels>, part: Part, dropoutSeed: number): StepInput[] {
  const { pixels, targets, labels } = partOf(batch, part);
  const seed = Int32Array.of(dropoutSeed + part.wholeStart);
  return [targets, labels, { shape: [], values: seed }, ...pixels];
}

/** What a step is given, so many of them for each part. */
interface GivenInputs {
  readonly inputs: readonly StepInput[];
  readonly perPiece: number;
  readonly imageShape: Batch['imageShape'];
}

function programOf(
  { network, optimizer, average, recipe, world = ALONE }: StepParts,
  { inputs, perPiece, imageShape }: GivenInputs,
  pieces: readonly Part[],
  learning: readonly NetworkParameter[],
  frozen: readonly string[],
): StepProgram {
  const { tf } = network;
  return {
    owner: network,
    inputs,
    learned: learning.map(({ name, variable }) => ({
      variable,
      velocity: optimizer.velocityOf(name),
    })),
    assigned: runningValues(network, frozen),
    constants: network.parameters.flatMap(({ layer, variable }) =>
      frozen.includes(layer) ? [variable] : [],
    ),
    averages: average?.pairs ?? [],
    isRateInside: recipe.learningRateInMomentum === 'inside',
    clipNorm: recipe.clipNorm,
    record(given, wait, sum) {
      let sums = new Map<string, Tensor>();
      const losses: Tensor[] = [];
      const results: Tensor[] = [];
      pieces.forEach((piece, i) => {
        if (i > 0) wait([...sums.values()]);
        const lossScale = given[perPiece * pieces.length] as Scalar | undefined;
        const own = given.slice(perPiece * i, perPiece * (i + 1));
        const [targets, labels, dropoutSeed, ...pixels] = own;
        const x = imagesOf(tf, pixels, imageShape);
        const passed = gradientsOf(
          network,
          learning,
          { x, targets, labels } as Parameters<typeof gradientsOf>[2],
          {
            training: true,
            dropoutSeed: dropoutSeed as Scalar,
            dropoutBefore: piece.before,
            unbiasedVariance: recipe.batchNormVariance === 'unbiased',
            frozen,
          },
          lossScale,
        );
        sums = addWeighted(tf, sums, passed.gradients, piece.share);
        losses.push(passed.loss);
        results.push(passed.loss, tf.clone(passed.correct));
        passed.correct.dispose();
      });
      if (world.size > 1) {
        const hits = results.filter((_, at) => at % 2 === 1);
        return sumOverProcesses(network, { learning, pieces, frozen }, { sums, losses, hits }, sum);
      }
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

/**
 * What the processes have together: gradients, loss, images answered right, running values. The dense
 * layers' gradients are most of the bytes and known first: their sum is on its way while the
 * convolutions still differentiate.
 */
function sumOverProcesses(
  network: Network,
  at: {
    readonly learning: readonly NetworkParameter[];
    readonly pieces: readonly Part[];
    readonly frozen: readonly string[];
  },
  own: {
    readonly sums: ReadonlyMap<string, Tensor>;
    readonly losses: readonly Tensor[];
    readonly hits: readonly Tensor[];
  },
  sum: Parameters<StepProgram['record']>[2],
): StepTensors {
  const { tf } = network;
  const total = (values: readonly Tensor[]) =>
    values.length === 0 ? tf.scalar(0) : tf.addN([...values]);
  const loss = total(own.losses.map((value, i) => tf.mul(value, at.pieces[i]?.share ?? 0)));
  const correct = total(own.hits.map((value) => tf.cast(value, 'float32')));
  const running = runningValues(network, at.frozen);
  const share = shareOfPieces(at.pieces);
  const gradientOf = ({ name, variable }: NetworkParameter) =>
    own.sums.get(name) ?? tf.zeros(variable.shape);
  const dense = at.learning.findIndex(({ variable }) => variable.rank === 2);
  const cut = dense < 0 ? at.learning.length : dense;
  const first = at.learning.slice(cut);
  const last = at.learning.slice(0, cut);
  const summed = sum(
    [
      first.map(gradientOf),
      [...last.map(gradientOf), loss, correct, ...running.map((value) => tf.mul(value, share))],
    ].filter((group) => group.length > 0),
  );
  const gradients = [
    ...summed.slice(first.length, at.learning.length),
    ...summed.slice(0, first.length),
  ];
  const [wholeLoss, wholeCorrect, ...values] = summed.slice(at.learning.length) as [
    Tensor,
    Tensor,
    ...Tensor[],
  ];
  running.forEach((variable, i) => {
    variable.assign(values[i] as Tensor);
  });
  const squared = squaredNorm(tf, gradients);
  return {
    loss: wholeLoss,
    gradients,
    squaredNorm: squared,
    results: [wholeLoss, wholeCorrect, squared],
  };
}

/** [parameters, 3]: momentum, learning rate, decay. */
function numbersOf(
  { optimizer }: StepParts,
  learning: readonly NetworkParameter[],
  at: StepContext,
): Float64Array {
  return Float64Array.from(
    learning.flatMap((parameter) => {
      const { momentum, learningRate, decay } = optimizer.settings(parameter, at);
      return [momentum, learningRate, decay];
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

function summedResult([loss = 0, correct = 0, squared = 0]: readonly number[]): StepResult {
  return { loss, correct, gradientNorm: Math.sqrt(squared) };
}
