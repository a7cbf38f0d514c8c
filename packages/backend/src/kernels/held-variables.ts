import type { StepProgram } from '@alexnet/model';
import type { Variable } from '@tensorflow/tfjs-core';

/** What a step reads or writes beside its inputs, each variable once. */
export function heldVariables({ learned, assigned, averages }: StepProgram): readonly Variable[] {
  return [
    ...new Set([
      ...learned.flatMap(({ variable, velocity }) => [variable, velocity]),
      ...assigned,
      ...averages.flatMap(({ mean, live }) => [mean, live]),
    ]),
  ];
}
