import type { StepCompiler } from '@alexnet/model';
import type { Tf } from '../../selection/tf.js';
import type { TfjsWebgpu } from '../tfjs-webgpu.js';
import { compileStep } from './compile-step.js';
import { registerFixedGraph } from './fixed-graph.js';
import { keepNoCopies } from './own-buffers.js';

/** Lets training steps and predictions be recorded once and played from then on. */
export function registerTapes(tf: Tf, backend: TfjsWebgpu): void {
  const stepCompiler: StepCompiler = {
    compile: (program) => compileStep(tf, backend, program),
    // In half precision the scale of the loss may be lowered by the result of the step before.
    get ahead() {
      return backend.precision === 'fp16' ? 0 : 2;
    },
  };
  Object.assign(backend, { stepCompiler });
  keepNoCopies(backend);
  registerFixedGraph(tf, backend);
}
