import type { Tf } from '../../selection/tf.js';
import { registerAddN } from './add-n.js';
import { registerConv2D } from './conv2d.js';
import { registerConv2DBackpropFilter } from './conv2d-backprop-filter.js';
import { registerConv2DBackpropInput } from './conv2d-backprop-input.js';
import { registerCountHits } from './count-hits.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { registerDropout } from './dropout.js';
import { registerLrnGrad } from './lrn-grad.js';
import { registerMatMul } from './mat-mul.js';
import { registerMaxPoolGrad } from './max-pool-grad.js';
import { registerMomentumUpdate } from './momentum-update.js';
import { registerNormalizeBytes } from './normalize-bytes.js';
import { registerReluGrad } from './relu-grad.js';
import { registerSquaredNorm } from './squared-norm.js';
import { registerSum } from './sum-rows.js';

/** Replaces the kernels of training that tfjs-backend-webgpu computes naively, and adds fused ones. */
export function registerTrainingKernels(tf: Tf): void {
  registerAddN(tf);
  registerConv2D(tf);
  registerConv2DBackpropFilter(tf);
  registerConv2DBackpropInput(tf);
  registerMatMul(tf);
  registerSum(tf);
  registerSquaredNorm(tf);
  registerMaxPoolGrad(tf);
  registerReluGrad(tf);
  registerLrnGrad(tf);
  registerMomentumUpdate(tf);
  registerDropout(tf);
  registerCrossEntropy(tf);
  registerCountHits(tf);
  registerNormalizeBytes(tf);
}
