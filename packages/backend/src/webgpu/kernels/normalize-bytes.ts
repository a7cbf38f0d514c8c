import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { flatDispatch, type WebgpuBackend } from './program.js';

/**
 * Adds AlexNetNormalizeBytes: floats of images of 8 bits a channel, mirrored where the table says so.
 *
 * Inputs words [n, words of an image] int32, table [n, 8] (see `ByteImages` of `@alexnet/model`) and
 * perhaps mean [height, width, 3]; output [n, height, width, 3] float32, one thread a number.
 */
export function registerNormalizeBytes(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetNormalizeBytes', ({ inputs, attrs, backend }) => {
    const { words, table, mean } = inputs;
    const [height, width, channels] = attrs.imageShape;
    const given: TensorInfo[] = mean ? [words, table, mean] : [words, table];
    const outputShape = [words.shape[0] as number, height, width, channels];
    return (backend as WebgpuBackend).runWebGPUProgram(
      {
        shaderKey: `alexnet_normalize_bytes_${mean ? 'mean' : ''}`,
        outputShape,
        variableNames: ['words', 'numbers', 'mean'].slice(0, given.length),
        uniforms: 'size3 : vec3<i32>, stride : i32,',
        size: true,
        ...flatDispatch(outputShape, 1, 256),
        getUserCode: () => `
        fn main(index : i32) {
          if (index >= uniforms.size) { return; }
          let height = uniforms.size3.x;
          let width = uniforms.size3.y;
          let channels = uniforms.size3.z;
          let image = index / (height * width * channels);
          let at = index - image * height * width * channels;
          let channel = at % channels;
          let pixel = at / channels;
          let x = pixel % width;
          let row = 8 * image;
          let isMirrored = numbers[row + 6] == 1.0;
          let isBlueFirst = numbers[row + 7] == 1.0;
          let source = select(pixel, pixel - x + width - 1 - x, isMirrored);
          let byte = source * channels + select(channel, 2 - channel, isBlueFirst);
          let word = bitcast<u32>(words[image * uniforms.stride + byte / 4]);
          let level = f32((word >> (8u * u32(byte % 4))) & 0xffu);
          let scale = numbers[row + channel];
          let value = level * scale + numbers[row + 3 + channel];
          result[index] = value${mean ? ' - mean[at] * scale' : ''};
        }`,
      },
      given,
      'float32',
      [
        { type: 'int32', data: [height, width, channels] },
        { type: 'int32', data: [words.shape[1] as number] },
      ],
    );
  });
}
