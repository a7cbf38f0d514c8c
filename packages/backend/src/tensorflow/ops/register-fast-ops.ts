import type { Tf } from '../../selection/tf.js';
import { registerStepCompiler } from '../step/compile-step.js';
import { registerBatchNorm } from './batch-norm.js';
import { registerDropoutMask } from './dropout-mask.js';
import { registerFixedGraph } from './fixed-graph.js';
import { registerFusedConv2D } from './fused-conv2d.js';
import { registerGroupedConv2D } from './grouped-conv2d.js';
import { registerMatMul } from './mat-mul.js';
import { registerMomentumUpdate } from './momentum-update.js';
import { registerReluGrad } from './relu-grad.js';
import { registerResponseNorm } from './response-norm.js';

/** Registers what TensorFlow does in one op and tfjs in many; callers look them up by name. */
export function registerFastOps(tf: Tf): void {
  registerGroupedConv2D(tf);
  registerResponseNorm(tf);
  registerBatchNorm(tf);
  registerReluGrad(tf);
  registerMatMul(tf);
  registerFusedConv2D(tf);
  registerMomentumUpdate(tf);
  registerFixedGraph(tf);
  registerDropoutMask(tf);
  registerStepCompiler(tf);
}
