import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { componentOf } from './conv2d-geometry.js';
import { flatDispatch } from './program.js';

/**
 * Replaces MaxPoolGrad, for which tfjs 4.22 first writes the place of every maximum as a map of its own and
 * then lets every pixel read those of all windows around it: here a pixel looks at the windows it lies in,
 * whose maxima are known, and is theirs where it is equal and no pixel before it in the window is. NHWC.
 */
export function registerMaxPoolGrad(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'MaxPoolGrad', ({ inputs, attrs, backend }) => {
    const { dy, input, output } = inputs;
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(
      shape,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = info;
    const constants = {
      inHeight,
      inWidth,
      outHeight,
      outWidth,
      filterHeight,
      filterWidth,
      strideHeight: info.strideHeight,
      strideWidth: info.strideWidth,
      top: info.padInfo.top,
      left: info.padInfo.left,
      channels: inChannels / componentOf(inChannels),
    };
    const component = componentOf(inChannels);
    return backend.runWebGPUProgram(
      {
        shaderKey: `alexnet_max_pool_grad_${component}_${Object.values(constants).join('_')}`,
        outputShape: shape,
        variableNames: ['dy', 'x', 'y'],
        outputComponent: component,
        size: true,
        ...flatDispatch(shape, component, 128),
        getUserCode: () => `
        ${Object.entries(constants)
          .map(([name, value]) => `const ${name} = ${value};`)
          .join('\n')}
        alias T = ${component === 4 ? 'vec4<f32>' : 'f32'};
        // The first window along an axis that reaches a place.
        fn first(place : i32, side : i32, stride : i32) -> i32 {
          return select((place - side) / stride + 1, 0, place < side);
        }
        fn main(index : i32) {
          if (index >= uniforms.size) { return; }
          let channel = index % channels;
          let pixel = index / channels;
          let column = pixel % inWidth;
          let row = pixel / inWidth % inHeight;
          let image = pixel / (inWidth * inHeight);
          let lastRow = min((row + top) / strideHeight, outHeight - 1);
          let lastColumn = min((column + left) / strideWidth, outWidth - 1);
          let own = x[index];
          var sum = T(0.0);
          for (var i = first(row + top, filterHeight, strideHeight); i <= lastRow; i++) {
            for (var j = first(column + left, filterWidth, strideWidth); j <= lastColumn; j++) {
              let window = ((image * outHeight + i) * outWidth + j) * channels + channel;
              let largest = y[window];
              var isFirst = own == largest;
              for (var r = max(i * strideHeight - top, 0); any(isFirst) && r <= row; r++) {
                let right = select(min(j * strideWidth - left + filterWidth, inWidth), column, r == row);
                for (var c = max(j * strideWidth - left, 0); c < right; c++) {
                  let at = ((image * inHeight + r) * inWidth + c) * channels + channel;
                  isFirst = isFirst & (x[at] != largest);
                }
              }
              sum += select(T(0.0), dy[window], isFirst);
            }
          }
          result[index] = sum;
        }`,
      },
      [dy, input, output],
      'float32',
    );
  });
}
