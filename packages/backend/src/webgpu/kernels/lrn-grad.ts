import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { flatDispatch, type Program } from './program.js';

/** Elements one workgroup computes. */
const WORKGROUP = 256;

/**
 * Adds AlexNetLRNGrad, the gradient of response normalization across channels in one pass:
 * with s = bias + alpha Σ x² over the window,
 * dx = dy s^-beta - 2 alpha beta x Σ (dy y / s) over the window, which is its own adjoint.
 *
 * A workgroup takes 256 neighbors in memory and the channels that their windows reach on both sides:
 * squares first, then the terms dy y / s, both in workgroup memory. Inputs { x, y, dy } of one shape
 * [..., channels], attributes { depthRadius, bias, alpha, beta } as tfjs' LRNGrad.
 */
export function registerLrnGrad(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetLRNGrad', ({ inputs, attrs, backend }) => {
    const { depthRadius, bias, alpha, beta } = attrs;
    const { x } = inputs;
    const constants = [bias, alpha, beta].map((value) => ({
      type: 'float32' as const,
      data: [value],
    }));
    return backend.runWebGPUProgram(
      program(x.shape, depthRadius),
      [x, inputs.y, inputs.dy],
      'float32',
      constants,
    );
  });
}

function program(shape: number[], radius: number): Program {
  const channels = shape.at(-1) ?? 1;
  const squares = WORKGROUP + 4 * radius;
  const terms = WORKGROUP + 2 * radius;
  /** Σ of `from` over the window of an element whose own place in it is `at`. */
  const window = (from: string, at: string) => `
          for (var o = max(-${radius}, -channel); o <= min(${radius}, ${channels - 1} - channel); o++) {
            sum += ${from}[${at} + o];
          }`;
  return {
    shaderKey: `alexnet_lrn_grad_${radius}_${channels}`,
    outputShape: shape,
    variableNames: ['x', 'y', 'dy'],
    uniforms: 'bias : f32, alpha : f32, beta : f32,',
    size: true,
    ...flatDispatch(shape, 1, WORKGROUP),
    getUserCode: () => `
      var<workgroup> square : array<f32, ${squares}>;
      var<workgroup> term : array<f32, ${terms}>;

      fn main(index : i32) {
        let local = i32(localIndex);
        let start = index - local;
        for (var l = local; l < ${squares}; l += ${WORKGROUP}) {
          let at = start + l - ${2 * radius};
          var value = 0.0;
          if (at >= 0 && at < uniforms.size) {
            value = x[at];
          }
          square[l] = value * value;
        }
        workgroupBarrier();
        for (var l = local; l < ${terms}; l += ${WORKGROUP}) {
          let at = start + l - ${radius};
          var value = 0.0;
          if (at >= 0 && at < uniforms.size) {
            let channel = at % ${channels};
            var sum = 0.0;
            ${window('square', `l + ${radius}`)}
            value = dy[at] * y[at] / (uniforms.bias + uniforms.alpha * sum);
          }
          term[l] = value;
        }
        workgroupBarrier();
        if (index < uniforms.size) {
          let channel = index % ${channels};
          var sum = 0.0;
          ${window('square', `local + ${2 * radius}`)}
          let s = uniforms.bias + uniforms.alpha * sum;
          sum = 0.0;
          ${window('term', `local + ${radius}`)}
          result[index] = dy[index] * exp(-uniforms.beta * log(s)) -
              2.0 * uniforms.alpha * uniforms.beta * x[index] * sum;
        }
      }`,
  };
}
