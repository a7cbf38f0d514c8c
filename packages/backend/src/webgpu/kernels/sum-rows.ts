import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { type Epilogue, epilogueCode, epilogueKey } from './epilogue.js';
import { flatDispatch, type Program, seenAs, type WebgpuBackend } from './program.js';

/** Rows one thread adds up: enough to pay for its start, few enough to leave thousands of threads. */
const ROWS_EACH = 32;

/**
 * Sum over the rows of [rows, columns] float32, as [columns]; the caller disposes the result.
 *
 * A thread adds every n-th row of one column (or of four), so that neighbors read neighbors, and
 * passes follow until one row is left: 387,200 rows take four.
 *
 * @param epilogue of the last pass; its bias repeats where it is shorter than a row
 */
export function sumRows(
  backend: WebgpuBackend,
  input: TensorInfo,
  rows: number,
  columns: number,
  epilogue: Epilogue = {},
): TensorInfo {
  let sum = seenAs(input, [rows, columns]);
  let left = rows;
  do {
    const parts = Math.ceil(left / ROWS_EACH);
    const last: Epilogue = parts === 1 ? epilogue : {};
    const given = last.bias ? [sum, last.bias] : [sum];
    const next = backend.runWebGPUProgram(sumProgram(parts, columns, last), given, 'float32', [
      { type: 'int32', data: [left] },
    ]);
    if (sum.dataId !== input.dataId) backend.disposeData(sum.dataId);
    sum = next;
    left = parts;
  } while (left > 1);
  return seenAs(sum, [columns]);
}

function sumProgram(parts: number, columns: number, { bias, relu = false }: Epilogue): Program {
  const width = bias?.shape[0] ?? columns;
  const component = width % 4 === 0 && columns % 4 === 0 ? 4 : 1;
  const type = component === 4 ? ('vec4<f32>' as const) : 'f32';
  const outputShape = [parts, columns];
  return {
    shaderKey: `alexnet_sum_rows_${component}_${epilogueKey({ bias, relu })}`,
    outputShape,
    variableNames: bias ? ['x', 'bias'] : ['x'],
    variableComponents: bias ? [component, 1] : [component],
    outputComponent: component,
    uniforms: 'rows : i32,',
    size: true,
    ...flatDispatch(outputShape, component, 64),
    getUserCode: () => `
      ${epilogueCode('finish', type, { bias: bias !== undefined, relu })}
      fn main(index : i32) {
        if (index < uniforms.size) {
          let columns = uniforms.outShape[1] / ${component};
          let end = uniforms.rows * columns;
          var sum = ${type}(0.0);
          for (var at = index; at < end; at += uniforms.size) {
            sum += x[at];
          }
          result[index] = finish(sum, ${bias ? `index * ${component} % uniforms.biasShape` : '0'});
        }
      }`,
  };
}

/**
 * Replaces Sum over leading axes, which is the gradient of every bias: tfjs transposes the whole map
 * first (three passes over memory, one of them uncoalesced) and gives each channel one workgroup.
 */
export function registerSum(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Sum', ({ inputs, attrs, backend, fallBack }) => {
    const { x } = inputs;
    const axes = tf.util.parseAxisParam(attrs.axis, x.shape);
    const leading = axes.every((axis, i) => axis === i) && axes.length < x.shape.length;
    const rows = tf.util.sizeFromShape(x.shape.slice(0, axes.length));
    const kept = x.shape.slice(axes.length);
    const columns = tf.util.sizeFromShape(kept);
    if (x.dtype !== 'float32' || axes.length === 0 || !leading || rows < 2 || columns < 1) {
      return fallBack();
    }
    const shape = attrs.keepDims ? [...axes.map(() => 1), ...kept] : kept;
    return seenAs(sumRows(backend, x, rows, columns), shape);
  });
}
