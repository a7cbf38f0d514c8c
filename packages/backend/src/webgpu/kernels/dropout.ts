import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { flatDispatch } from './program.js';

/**
 * Adds AlexNetDropout: x times the masks of dropout-mask.ts in `@alexnet/model`, bit for bit, drawn where they
 * are used, on the way back anew: nothing is uploaded but the seed, and no mask is kept. Drawing them in
 * JavaScript was a tenth of a step's processor time at batch 32.
 */
export function registerDropout(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'AlexNetDropout', ({ inputs, attrs, backend }) => {
    const { threshold, kept, stream, from } = attrs;
    const { x, seed } = inputs;
    const size = tf.util.sizeFromShape(x.shape);
    const component = size % 4 === 0 && from % 2 === 0 ? 4 : 1;
    return backend.runWebGPUProgram(
      {
        shaderKey: `alexnet_dropout_${component}_${stream}`,
        outputShape: [...x.shape],
        variableNames: ['x', 'seedOf'],
        variableComponents: [component, 1],
        outputComponent: component,
        uniforms: 'threshold : i32, kept : f32, before : i32,',
        size: true,
        ...flatDispatch(x.shape, component, 128),
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
      [x, seed],
      'float32',
      [
        { type: 'int32', data: [threshold] },
        { type: 'float32', data: [kept] },
        { type: 'int32', data: [from] },
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
            let place = u32(uniforms.before + index);
            let bits = word(key, place >> 1u);
            result[index] = x[index] * unit(bits >> (16u * (place & 1u)));`;

const FOUR_UNITS = `
            let place = u32(uniforms.before / 2 + 2 * index);
            let first = word(key, place);
            let second = word(key, place + 1u);
            result[index] = x[index] * vec4<f32>(
              unit(first), unit(first >> 16u), unit(second), unit(second >> 16u));`;

/** Statements that put the name of a stream into its key, letter by letter. */
function foldIn(stream: string): string {
  const codes = Array.from({ length: stream.length }, (_, at) => stream.charCodeAt(at));
  return codes.map((code) => `key = scramble(key ^ ${code}u);`).join('\n');
}
