import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { type Program, seenAs } from './program.js';
import { LANES, REDUCTIONS, ROWS, WORKGROUP } from './row-reductions.js';

/** The largest logit of a row and Σ eˣ above it, for every thread of the row that begins at `start`. */
const SOFTMAX = `
      ${REDUCTIONS}
      struct Softmax { largest : f32, total : f32 }
      fn softmaxOf(thread : i32, start : i32) -> Softmax {
        let classes = uniforms.logitsShape[1];
        let largest = largestLogit(thread, start);
        var total = 0.0;
        for (var c = thread % ${LANES}; c < classes; c += ${LANES}) {
          total += exp(logits[start + c] - largest);
        }
        return Softmax(largest, sumOfRow(thread, total));
      }`;

/**
 * Adds AlexNetCrossEntropy, the mean softmax cross-entropy of logits against distributions, both
 * [n, classes], by one workgroup; and AlexNetCrossEntropyGrad, its gradient by the logits. Op by op both
 * are some twenty programs, each of which takes longer to start than to run. Distributions may lie there as
 * whole numbers: tfjs casts those without touching them.
 */
export function registerCrossEntropy(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetCrossEntropy', ({ inputs, backend }) => {
    const { logits, targets } = inputs;
    const loss = backend.runWebGPUProgram(lossProgram(), [logits, targets], 'float32');
    return seenAs(loss, []);
  });
  registerKernel(tf, 'webgpu', 'AlexNetCrossEntropyGrad', ({ inputs, backend }) => {
    const { logits, targets, dy } = inputs;
    const program = gradientProgram(logits);
    return backend.runWebGPUProgram(program, [logits, targets, seenAs(dy, [1])], 'float32');
  });
}

function lossProgram(): Program {
  return {
    shaderKey: 'alexnet_cross_entropy',
    outputShape: [1],
    variableNames: ['logits', 'targets'],
    dispatchLayout: { x: [0] },
    dispatch: [1, 1, 1],
    workgroupSize: [WORKGROUP, 1, 1],
    getUserCode: () => `
      ${SOFTMAX}
      fn main(index : i32) {
        let rows = uniforms.logitsShape[0];
        let classes = uniforms.logitsShape[1];
        let thread = i32(localIndex);
        var sum = 0.0;
        for (var first = 0; first < rows; first += ${ROWS}) {
          let row = first + thread / ${LANES};
          // Threads without a row take part in the last one's, and leave it out.
          let start = min(row, rows - 1) * classes;
          let softmax = softmaxOf(thread, start);
          let logTotal = log(softmax.total);
          var own = 0.0;
          for (var c = thread % ${LANES}; c < classes; c += ${LANES}) {
            own -= f32(targets[start + c]) * (logits[start + c] - softmax.largest - logTotal);
          }
          if (row < rows) {
            sum += own;
          }
        }
        let all = sumOfAll(thread, sum);
        if (index == 0) {
          result[0] = all / f32(rows);
        }
      }`,
  };
}

function gradientProgram({ shape }: TensorInfo): Program {
  const [rows = 0] = shape;
  return {
    shaderKey: 'alexnet_cross_entropy_grad',
    outputShape: [...shape],
    variableNames: ['logits', 'targets', 'dy'],
    dispatchLayout: { x: [0, 1] },
    dispatch: [Math.ceil(rows / ROWS), 1, 1],
    workgroupSize: [WORKGROUP, 1, 1],
    getUserCode: () => `
      ${SOFTMAX}
      fn main(index : i32) {
        let rows = uniforms.logitsShape[0];
        let classes = uniforms.logitsShape[1];
        let thread = i32(localIndex);
        let row = index / ${WORKGROUP} * ${ROWS} + thread / ${LANES};
        let start = min(row, rows - 1) * classes;
        let softmax = softmaxOf(thread, start);
        var share = 0.0;
        for (var c = thread % ${LANES}; c < classes; c += ${LANES}) {
          share += f32(targets[start + c]);
        }
        share = sumOfRow(thread, share);
        if (row < rows) {
          let each = dy[0] / f32(rows);
          for (var c = thread % ${LANES}; c < classes; c += ${LANES}) {
            let own = exp(logits[start + c] - softmax.largest) / softmax.total;
            result[start + c] = (own * share - f32(targets[start + c])) * each;
          }
        }
      }`,
  };
}
