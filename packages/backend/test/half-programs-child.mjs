/**
 * Prints, as one line of JSON, what Dawn says of the programs of half precision: on its null backend, which
 * has the type, translates every shader and computes nothing.
 */
import { openNullWebgpu, setPrecision } from '@alexnet/backend/node';

const tf = await openNullWebgpu();
const backend = tf.backend();
const shaders = [];
const create = backend.device.createShaderModule;
backend.device.createShaderModule = (descriptor) => {
  shaders.push(descriptor.code);
  return create.call(backend.device, descriptor);
};
let refused = '';
try {
  setPrecision(tf, 'fp16');
} catch (error) {
  refused = error.message;
}
Object.assign(backend, { halfNumbers: 'f16' });
setPrecision(tf, 'fp16');

const kernel = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);
const errors = [];
for (const [input, filter, stride, groups] of [
  [[2, 27, 27, 3], [5, 5, 3, 12], 2, 1],
  [[2, 9, 9, 16], [3, 3, 8, 24], 1, 2],
]) {
  const attrs = {
    strides: [stride, stride],
    pad: [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    groups,
  };
  const size = (input[1] - filter[0]) / stride + 1;
  const shape = [input[0], size, size, filter[3]];
  const runs = [
    [
      'AlexNetFusedConv2D',
      { x: tf.zeros(input), filter: tf.zeros(filter), bias: tf.zeros([filter[3]]) },
    ],
    ['AlexNetGroupedConv2DBackpropInput', { dy: tf.zeros(shape), filter: tf.zeros(filter) }],
    ['AlexNetGroupedConv2DBackpropFilter', { x: tf.zeros(input), dy: tf.zeros(shape) }],
  ];
  for (const [name, inputs] of runs) {
    const own = { ...attrs, activation: 'relu', inputShape: input, filterShape: filter };
    await kernel(name, inputs, own)
      .data()
      .catch((error) => errors.push(`${name}: ${error.message}`));
  }
}
await tf
  .matMul(tf.zeros([68, 36]), tf.zeros([36, 100]))
  .data()
  .catch((error) => errors.push(`matMul: ${error.message}`));

// By whole subgroups, of which the null backend has none of the size: the program is refused for that alone.
backend.matrixShape = { m: 16, n: 16, k: 16 };
const matrices = [];
for (const transposed of [false, true]) {
  const a = tf.zeros(transposed ? [36, 68] : [68, 36]);
  await tf
    .matMul(a, tf.zeros([36, 100]), transposed)
    .data()
    .catch((error) => matrices.push(error.message));
}
const half = shaders.filter((code) => code.includes('vec4<f16>'));
console.log(JSON.stringify({ refused, programs: half.length, errors, matrices }));
process.exit(0);
