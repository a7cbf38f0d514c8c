import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../tf.js';

/** Values that a step is given at every run: float32 or int32, as their array is. */
export interface StepInput {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A training step for a backend to write down once and run as one call. */
export interface StepProgram {
  /** Whose parameters learn: of programs with the same owner one that fails holds up those under way. */
  readonly owner: object;
  /** Given at every run in these shapes. */
  readonly inputs: readonly StepInput[];
  /**
   * Forward and backward pass, run once, op by op. What it does must depend on `inputs` and on the
   * variables below alone, and read no value back.
   *
   * @param wait makes what reads `inputs` from here on wait for these tensors: parts of a batch one
   * after the other, so that their features need not fit in memory together
   * @param sum stands for sums over all processes, group by group: each is handed over as soon as its
   * tensors are known; the results have the tensors' shapes, and no values while recording
   */
  record(
    inputs: readonly Tensor[],
    wait: (tensors: readonly Tensor[]) => void,
    sum: (groups: readonly (readonly Tensor[])[]) => Tensor[],
  ): StepTensors;
  /** Parameters that learn, each with its velocity, in the order of the gradients. */
  readonly learned: readonly { readonly variable: Variable; readonly velocity: Variable }[];
  /** Variables that `record` assigns: running values of batch norm. */
  readonly assigned: readonly Variable[];
  /** Parameters that are only read, as they are at each run: those of layers that are frozen. */
  readonly constants: readonly Variable[];
  /** Moving averages. */
  readonly averages: readonly { readonly mean: Variable; readonly live: Variable }[];
  /** Whether the learning rate stands inside the velocity; see the recipe's `learningRateInMomentum`. */
  readonly isRateInside: boolean;
  /** Norm above which the gradient is scaled down to it; 0 is off. */
  readonly clipNorm: number;
}

/** What a step computes before it changes anything. */
export interface StepTensors {
  /** Scalar; where it or the norm is not finite nothing changes. */
  readonly loss: Tensor;
  /** Shaped like the variables. */
  readonly gradients: readonly Tensor[];
  /** Scalar, the sum of the squares of all gradients. */
  readonly squaredNorm: Tensor;
  /** Values to hand out. */
  readonly results: readonly Tensor[];
}

/** A step that was compiled. */
export interface CompiledStep {
  /**
   * One step. The variables hold the new values afterwards, or their old ones where the loss or the
   * norm was not finite: then a backend that runs several at once leaves out those under way too.
   *
   * @param inputs taken over before this returns
   * @param numbers [learned, 3]: momentum, learning rate, decay; a parameter whose rate is 0 stays as it is
   * @param share of the difference to the weights that the averages take over
   * @returns `results`, each a number; not a number where this step was left out
   */
  run(
    inputs: readonly StepInput[],
    numbers: Float64Array,
    share: number,
  ): Promise<readonly number[]>;
  /** Frees what the device holds for it; the variables stay, and results of runs under way still come. */
  dispose(): void;
}

/** How a backend compiles steps. */
export interface StepCompiler {
  /** Compiles at once, or with the first run where it is that which is recorded. */
  compile(program: StepProgram): CompiledStep;
  /** Steps that are worth starting before the results of one are awaited. */
  readonly ahead: number;
}

/** In what a backend's compiled graphs compute convolutions and dense layers; all else is float32. */
export type Precision = 'fp32' | 'bf16' | 'fp16';

/** A backend that compiles steps. */
interface CompilingBackend {
  readonly stepCompiler?: StepCompiler;
  readonly precision?: Precision;
}

/** How the current backend compiles a step; undefined where it cannot. */
export function stepCompilerOf(tf: Tf): StepCompiler | undefined {
  return (tf.backend() as CompilingBackend).stepCompiler;
}

/** What the current backend was set to (`setPrecision` of `@alexnet/backend/node`); fp32 before. */
export function precisionOf(tf: Tf): Precision {
  return (tf.backend() as CompilingBackend).precision ?? 'fp32';
}
