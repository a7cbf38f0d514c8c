import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { flatDispatch, type WebgpuBackend } from './program.js';

/**
 * Adds AlexNetDropoutMask: the masks of `dropoutMask` in `@alexnet/model`, bit for bit, drawn where they
 * are used: nothing is uploaded but the seed. Drawing them in JavaScript was a tenth of a step's
 * processor time at batch 32.
 *
 * Input { seed }, an int32 scalar; attributes { shape, threshold, kept, stream }; output float32 of that
 * shape.
 */
export function registerDropoutMask(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetDropoutMask', ({ inputs, attrs, backend }) => {
    const { shape, threshold, kept, stream } = attrs;
    const size = shape.reduce((product: number, length: number) => product * length, 1);
    const component = size % 4 === 0 ? 4 : 1;
    return (backend as WebgpuBackend).runWebGPUProgram(
      {
        shaderKey: `alexnet_dropout_mask_${component}_${stream}`,
        outputShape: [...shape],
        variableNames: ['seedOf'],
        variableComponents: [1],
        outputComponent: component,
        uniforms: 'threshold : i32, kept : f32,',
        size: true,
        ...flatDispatch(shape, component, 128),
        getUserCode: () => `
        ${RANDOM_WORDS}
        fn streamKey() -> u32 {
          var key = scramble(bitcast<u32>(seedOf[0]) ^ 0x9e3779b9u);
          ${foldIn(stream)}
          return key;
        }
        // One random word decides two units.
        fn unit(bits : u32) -> f32 {
          return select(0.0, uniforms.kept, (bits & 0xffffu) >= u32(uniforms.threshold));
        }
        fn main(index : i32) {
          if (index < uniforms.size) {
            let key = streamKey();
            ${component === 4 ? FOUR_UNITS : ONE_UNIT}
          }
        }`,
      },
      [inputs.seed],
      'float32',
      [
        { type: 'int32', data: [threshold] },
        { type: 'float32', data: [kept] },
      ],
    );
  });
}

/** The generator of network/random-stream.ts in `@alexnet/model`. */
const RANDOM_WORDS = `
        fn scramble(w : u32) -> u32 {
          var h = w;
          h = (h ^ (h >> 16u)) * 0x85ebca6bu;
          h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
          return h ^ (h >> 16u);
        }
        fn word(key : u32, at : u32) -> u32 {
          return scramble(scramble(key + at * 0x9e3779b9u) ^ key);
        }`;

const ONE_UNIT = `
            let bits = word(key, u32(index) >> 1u);
            result[index] = unit(bits >> (16u * (u32(index) & 1u)));`;

const FOUR_UNITS = `
            let first = word(key, 2u * u32(index));
            let second = word(key, 2u * u32(index) + 1u);
            result[index] = vec4<f32>(
              unit(first), unit(first >> 16u), unit(second), unit(second >> 16u));`;

/** Statements that put the name of a stream into its key, letter by letter. */
function foldIn(stream: string): string {
  const codes = Array.from({ length: stream.length }, (_, at) => stream.charCodeAt(at));
  return codes.map((code) => `key = scramble(key ^ ${code}u);`).join('\n');
}
