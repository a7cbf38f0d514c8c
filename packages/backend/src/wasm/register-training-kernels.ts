import type { Tf } from '../selection/tf.js';
import { registerConv2D } from './conv2d.js';
import { registerConv2DBackpropFilter } from './conv2d-backprop-filter.js';
import {
  registerConv2DBackpropInput,
  registerGroupedConv2DBackpropInput,
} from './conv2d-backprop-input.js';
import { registerFusedMatMul } from './fused-mat-mul.js';
import { registerGroupedConv2D } from './grouped-conv2d.js';
import { hasHeapKernels } from './heap-kernels.js';
import { registerIdentity } from './identity.js';
import { registerLrn } from './lrn.js';
import { registerMatMul } from './mat-mul.js';
import { registerMaxPool } from './max-pool.js';
import { registerMaxPoolGrad } from './max-pool-grad.js';
import { registerMomentumUpdate } from './momentum-update.js';
import { registerPad } from './pad.js';
import { registerRaise } from './raise.js';
import { registerReluGrad } from './relu-grad.js';
import { registerSum } from './sum.js';

/**
 * Adds what training on tfjs-backend-wasm lacks and replaces the kernels it computes naively.
 *
 * @throws Error when tfjs-backend-wasm is not loaded
 */
export function registerTrainingKernels(tf: Tf): void {
  if (!tf.getKernel('Conv2D', 'wasm')) throw new Error('tfjs-backend-wasm is not loaded');
  registerConv2DBackpropFilter(tf);
  registerConv2DBackpropInput(tf);
  registerIdentity(tf);
  registerMatMul(tf);
  registerMaxPoolGrad(tf);
  registerLrn(tf);
  registerReluGrad(tf);
  registerSum(tf);
  if (hasHeapKernels()) {
    registerConv2D(tf);
    registerGroupedConv2D(tf);
    registerGroupedConv2DBackpropInput(tf);
    registerFusedMatMul(tf);
    registerMaxPool(tf);
    registerMomentumUpdate(tf);
    registerPad(tf);
    registerRaise(tf);
  }
}
