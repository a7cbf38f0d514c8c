import type { AlexNetKernels } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tf } from '../selection/tf.js';

/** Something a backend computes, and the same by tfjs' plain ops. */
export interface Check {
  /** For people. */
  readonly name: string;
  /** Those of the backend that it runs; where one is missing there is nothing to compare. */
  readonly kernels: readonly (keyof AlexNetKernels)[];
  /** Whether it runs on software adapters too, which take a second to compile a program. */
  readonly isEssential: boolean;
  run(tf: Tf): Tensor[];
  plain(tf: Tf): Tensor[];
}
