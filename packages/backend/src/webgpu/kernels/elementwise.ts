import type { TensorInfo } from '@tensorflow/tfjs-core';
import { flatDispatch, type WebgpuBackend } from './program.js';

/** `result = expression` for tensors of one shape, in one pass over memory, four elements a thread. */
export interface Elementwise {
  readonly name: string;
  readonly variables: readonly string[];
  /** WGSL over the variables by name and the constants as `uniforms.name`; `T` is f32 or vec4<f32>. */
  readonly expression: string;
  readonly constants?: Readonly<Record<string, number>>;
}

/** Runs it; `inputs` in the order of `variables`, float32, all of the first one's shape. */
export function runElementwise(
  backend: WebgpuBackend,
  { name, variables, expression, constants = {} }: Elementwise,
  inputs: TensorInfo[],
): TensorInfo {
  const shape = inputs[0]?.shape ?? [];
  const size = shape.reduce((product, length) => product * length, 1);
  const component = size % 4 === 0 ? 4 : 1;
  const names = Object.keys(constants);
  return backend.runWebGPUProgram(
    {
      shaderKey: `alexnet_${name}_${component}`,
      outputShape: shape,
      variableNames: variables.map((variable) => `${variable}Of`),
      outputComponent: component,
      uniforms: names.map((constant) => `${constant} : f32,`).join(' '),
      size: true,
      ...flatDispatch(shape, component, 128),
      getUserCode: () => `
        alias T = ${component === 4 ? 'vec4<f32>' : 'f32'};
        fn main(index : i32) {
          if (index < uniforms.size) {
            ${variables.map((variable) => `let ${variable} = ${variable}Of[index];`).join('\n')}
            result[index] = ${expression};
          }
        }`,
    },
    inputs,
    'float32',
    names.map((constant) => ({ type: 'float32' as const, data: [constants[constant] as number] })),
  );
}
