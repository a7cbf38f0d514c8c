import { stepCompilerOf } from '@alexnet/model';
import { createCompiledStep } from './compiled-step.js';
import { createPlainStep } from './plain-step.js';
import type { Step, StepParts } from './step.js';

/**
 * The step as one call where the backend compiles it, op by op where not.
 *
 * @param way `op by op` takes the latter everywhere: the twin the compiled step is tested against
 */
export function createStep(parts: StepParts, way: 'compiled' | 'op by op' = 'compiled'): Step {
  const plain = createPlainStep(parts);
  const compiler = way === 'compiled' ? stepCompilerOf(parts.network.tf) : undefined;
  return compiler ? createCompiledStep(parts, compiler, plain) : plain;
}
