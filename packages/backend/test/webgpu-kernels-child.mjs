/**
 * Prints, as one line of JSON, how far each kernel of ours on webgpu is from the cpu backend, and the
 * kernel that should have run and did not.
 */
import { selectBackend, watchKernels } from '@alexnet/backend/node';
import { registerLayers } from '@alexnet/model';
import { toHalf } from './half.mjs';
import { byThread } from './matrices-by-thread.mjs';

const { tf } = await selectBackend({ require: 'webgpu' });

function tensor(shape, seed) {
  let state = seed;
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return tf.tensor(data, shape);
}

const [x, dy, third] = [1, 2, 3].map((seed) => (shape) => tensor(shape, seed));
const results = {};

/** Those whose titles match. */
const ONLY = new RegExp(process.env.ONLY ?? '');

const HANDED_ON = ' → tfjs';

/**
 * Compares the tensors of `work` on webgpu with those of `plain`, the same without kernels of ours, on cpu. Each is
 * named with the kernel that must have run, with HANDED_ON behind it where it must have left the call to tfjs.
 */
async function compareAll(named, work, plain = work) {
  if (!named.some(([title]) => ONLY.test(title))) return;
  const on = async (backend, run) => {
    await tf.setBackend(backend);
    const computed = tf.tidy(run);
    const read = await Promise.all(
      computed.map(async (tensor) => ({ data: await tensor.data(), shape: tensor.shape })),
    );
    tf.dispose(computed);
    return read;
  };
  const expected = await on('cpu', plain);
  await on('webgpu', work);
  const held = () => String([tf.memory().numTensors, tf.engine().backend.numDataIds()]);
  const before = held();
  const ran = new Set();
  const stop = watchKernels((run) => ran.add(run.isFast ? run.kernel : run.kernel + HANDED_ON));
  const actual = await on('webgpu', work);
  stop();
  const isClean = held() === before;
  for (const [at, [title, kernel]] of named.entries()) {
    const error = errorOf(actual[at], expected[at]);
    results[title] = {
      error: isClean ? error : null,
      missing: ran.has(kernel) ? null : `${kernel}; ran: ${[...ran].join(', ')}`,
    };
  }
}

/** The largest difference as a share of the largest number; null for another shape, or for zeros alone. */
function errorOf(actual, expected) {
  let scale = 0;
  let worst = 0;
  for (const [i, value] of expected.data.entries()) {
    scale = Math.max(scale, Math.abs(value));
    const difference = Math.abs(actual.data[i] - value);
    if (!(difference <= worst)) worst = difference;
  }
  return String(actual.shape) === String(expected.shape) && scale > 0 ? worst / scale : null;
}

/** Compares one tensor. */
const compare = (title, kernel, work, plain = work) =>
  compareAll(
    [[title, kernel]],
    () => [work()],
    () => [plain()],
  );

/** y of a convolution, dx and dw. */
function withGradients(convolve, a, w, gradient) {
  const { value, grads } = tf.valueAndGrads(convolve)([a, w], gradient);
  return [value, ...grads];
}

// Whether tiles of ours compute y, and dx; dw they always do.
const [YES, NO] = ['', HANDED_ON];
const convolutions = [
  ['conv1, batch 1', NO, NO, [1, 67, 67, 3], [11, 11, 3, 12], 4, 'valid'],
  ['conv1, batch 3, rows unread', NO, NO, [3, 65, 66, 3], [11, 11, 3, 9], 4, 'valid'],
  ['conv2, sums split', NO, YES, [3, 27, 27, 12], [5, 5, 12, 20], 1, 'same'],
  ['conv3, more than one tile', NO, YES, [2, 9, 9, 20], [3, 3, 20, 68], 1, 'same'],
  ['enough pixels and channels for tiles', YES, YES, [3, 27, 27, 128], [3, 3, 128, 4], 1, 'same'],
  ['odd channels', NO, NO, [2, 9, 8, 5], [3, 3, 5, 7], 1, 'same'],
  ['same padding with a stride', NO, NO, [1, 10, 7, 4], [3, 2, 4, 8], 2, 'same'],
  [
    'asymmetric padding',
    NO,
    YES,
    [2, 13, 12, 4],
    [5, 4, 4, 8],
    1,
    [
      [0, 0],
      [1, 3],
      [0, 2],
      [0, 0],
    ],
  ],
  ['padding wider than the window reaches', NO, NO, [2, 5, 5, 4], [3, 3, 4, 4], 1, 4],
  ['1x1', NO, YES, [4, 5, 6, 8], [1, 1, 8, 4], 1, 'valid'],
];
for (const [title, y, dx, input, filter, stride, pad] of convolutions) {
  const { outShape } = tf.backend_util.computeConv2DInfo(input, filter, stride, 1, pad);
  await compareAll(
    [
      [`${title}: y`, `Conv2D${y}`],
      [`${title}: dx`, `Conv2DBackpropInput${dx}`],
      [`${title}: dw`, 'Conv2DBackpropFilter'],
    ],
    () =>
      withGradients((a, w) => tf.conv2d(a, w, stride, pad), x(input), dy(filter), third(outShape)),
  );
}

const products = [
  [[68, 700], [700, 100], false, false],
  [[700, 132], [700, 72], true, false],
  [[3, 132], [3, 72], true, false],
  [[132, 20], [68, 20], false, true],
  [[20, 132], [68, 20], true, true],
  [[1, 68, 36], [1, 36, 64], false, false],
  [[2, 68, 36], [2, 36, 64], false, false, NO],
  [[66, 35], [35, 65], false, false, NO],
];
for (const [a, b, ta, tb, own = YES] of products) {
  await compare(`[${a}] x [${b}] ${ta} ${tb}`, `BatchMatMul${own}`, () =>
    tf.matMul(x(a), dy(b), ta, tb),
  );
}
await compare('dense layer', '_FusedMatMul', () =>
  tf.fused.matMul({ a: x([68, 36]), b: dy([36, 100]), bias: third([100]) }),
);
await compare('dense layer with ReLU, sums split', '_FusedMatMul', () =>
  tf.fused.matMul({ a: x([68, 900]), b: dy([900, 100]), bias: third([100]), activation: 'relu' }),
);
await compare('dense layer with a sigmoid', `_FusedMatMul${NO}`, () =>
  tf.fused.matMul({ a: x([68, 36]), b: dy([36, 100]), bias: third([100]), activation: 'sigmoid' }),
);

const kernel = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);

/** The same convolution of tfjs, group by group. */
function plainly(a, w, { strides, pad, groups }) {
  const padded = tf.pad(a, pad);
  if (groups === 1) return tf.conv2d(padded, w, strides, 'valid');
  const parts = tf.split(padded, groups, 3);
  const filters = tf.split(w, groups, 3);
  return tf.concat(
    parts.map((part, i) => tf.conv2d(part, filters[i], strides, 'valid')),
    3,
  );
}
const grouped = [
  ['two groups, as conv2', [3, 13, 13, 24], [5, 5, 12, 40], 1, 2, 2],
  ['two groups, more than one tile each', [2, 9, 9, 16], [3, 3, 8, 144], 1, 1, 2],
  ['three groups of odd channels, a stride', [2, 9, 8, 9], [3, 3, 3, 15], 2, 1, 3],
  ['two groups of few pixels', [1, 3, 3, 8], [3, 3, 4, 8], 1, 0, 2],
];
/** y with bias and ReLU, dx, dw and maybe y alone, beside the same of tfjs on factors that `round` gave. */
async function compareConvolution(
  [title, input, filter, stride, padding, groups],
  { round = (value) => value, alone = false } = {},
) {
  const zeros = [padding, padding];
  const pad = [[0, 0], zeros, zeros, [0, 0]];
  const attrs = { strides: [stride, stride], pad, groups };
  const bias = () => third([filter[3]]);
  const whole = [filter[0], filter[1], input[3], filter[3]];
  const { outShape } = tf.backend_util.computeConv2DInfo(input, whole, stride, 1, pad);
  const named = [
    [`${title}: y with bias and ReLU`, 'AlexNetFusedConv2D'],
    [`${title}: dx`, 'AlexNetGroupedConv2DBackpropInput'],
    [`${title}: dw`, 'AlexNetGroupedConv2DBackpropFilter'],
  ];
  if (alone) named.push([`${title}: y`, 'AlexNetGroupedConv2D']);
  await compareAll(
    named,
    () => {
      const factors = { x: x(input), filter: dy(filter) };
      const fused = { ...factors, bias: bias() };
      const toInput = { dy: third(outShape), filter: dy(filter) };
      const toFilter = { x: x(input), dy: third(outShape) };
      return [
        kernel('AlexNetFusedConv2D', fused, { ...attrs, activation: 'relu' }),
        kernel('AlexNetGroupedConv2DBackpropInput', toInput, { ...attrs, inputShape: input }),
        kernel('AlexNetGroupedConv2DBackpropFilter', toFilter, { ...attrs, filterShape: filter }),
        ...(alone ? [kernel('AlexNetGroupedConv2D', factors, attrs)] : []),
      ];
    },
    () => {
      const plain = (a, w) => plainly(a, w, attrs);
      const [a, w] = [round(x(input)), round(dy(filter))];
      const [y, ...gradients] = withGradients(plain, a, w, round(third(outShape)));
      return [tf.relu(tf.add(y, bias())), ...gradients, y];
    },
  );
}

for (const one of grouped) await compareConvolution(one, { alone: true });

// Half precision; on devices without the type, as SwiftShader, factors are rounded in float32.
const half = (value) => tf.tidy(() => tf.tensor(value.dataSync().map(toHalf), value.shape));
const webgpu = tf.findBackend('webgpu');
const { halfNumbers } = webgpu;
Object.assign(webgpu, { precision: 'fp16', halfNumbers: halfNumbers ?? 'rounded' });
for (const [title, ...convolution] of [
  ['RGB', [2, 27, 27, 3], [5, 5, 3, 12], 2, 0, 1],
  ['RGB with padding', [1, 11, 11, 3], [5, 5, 3, 10], 2, 2, 1],
  ['groups', [2, 9, 9, 16], [3, 3, 8, 24], 1, 1, 2],
  ['a stride', [2, 9, 9, 6], [3, 3, 6, 8], 2, 1, 1],
]) {
  await compareConvolution([`fp16, ${title}`, ...convolution], { round: half });
}
await compare(
  'fp16, dense layer',
  'AlexNetFusedDense',
  () =>
    kernel(
      'AlexNetFusedDense',
      { x: x([68, 900]), weight: dy([900, 100]), bias: third([100]) },
      { activation: 'linear' },
    ),
  () => tf.add(tf.matMul(half(x([68, 900])), half(dy([900, 100]))), third([100])),
);
// By whole subgroups: as the device does it, or a thread for each of them.
const { device, matrixShape } = webgpu;
const shape16 = matrixShape ?? { m: 16, n: 16, k: 16 };
if (!matrixShape) {
  const create = device.createShaderModule;
  device.createShaderModule = (descriptor) =>
    create({ ...descriptor, code: byThread(descriptor.code, shape16) });
}
Object.assign(webgpu, { halfNumbers: 'f16', matrixShape: shape16 });
for (const [a, b, transposed] of [
  [[132, 36], [36, 68], false],
  [[36, 132], [36, 68], true],
]) {
  await compare(`fp16 by subgroups, [${a}] x [${b}]`, 'BatchMatMul', () =>
    tf.matMul(half(x(a)), half(dy(b)), transposed),
  );
}
Object.assign(webgpu, { precision: 'fp32', halfNumbers, matrixShape });

for (const [shape, rate, seed, before] of [
  [[3, 64], 0.5, 7, 0],
  [[5, 3], 0.2, -123_456_789, 0],
  [[5, 4], 0.4, 7, 3],
  [[4, 3], 0.4, 7, 5],
]) {
  const { Dropout } = registerLayers(tf);
  const layer = new Dropout({ name: 'dropout6', rate, scaling: 'train' });
  const how = { training: true, dropoutSeed: seed, dropoutBefore: before };
  const drop = (a) => layer.call(a, how);
  const title = `dropout [${shape}] behind ${before}`;
  await compare(title, 'AlexNetDropout', () => drop(x(shape)));
  await compare(`gradient of ${title}`, 'AlexNetDropout', () => tf.grad(drop)(x(shape), dy(shape)));
}

for (const [rows, classes] of [
  [3, 5],
  [8, 33],
  [21, 200],
]) {
  const logits = () => tf.mul(x([rows, classes]), 20);
  const labels = () => tf.range(0, rows, 1, 'int32');
  const hard = () => tf.cast(tf.oneHot(labels(), classes), 'float32');
  for (const [title, targets] of [
    ['labels', hard],
    ['smoothed labels', () => tf.add(tf.mul(hard(), 0.9), 0.1 / classes)],
    ['mixtures that are weighed', () => tf.mul(tf.softmax(dy([rows, classes])), 3)],
  ]) {
    const plain = (a) => tf.neg(tf.mean(tf.sum(tf.mul(targets(), tf.logSoftmax(a)), 1)));
    await compare(
      `cross-entropy of [${rows}, ${classes}] with ${title}`,
      'AlexNetCrossEntropy',
      () => kernel('AlexNetCrossEntropy', { logits: logits(), targets: targets() }, {}),
      () => plain(logits()),
    );
    await compare(
      `gradient of cross-entropy of [${rows}, ${classes}] with ${title}`,
      'AlexNetCrossEntropyGrad',
      () => {
        const inputs = { logits: logits(), targets: targets(), dy: tf.scalar(1024) };
        return kernel('AlexNetCrossEntropyGrad', inputs, {});
      },
      () => tf.grad(plain)(logits(), tf.scalar(1024)),
    );
  }
  // Few levels, so that rows hold their maximum more than once.
  const levels = () => tf.round(tf.mul(x([rows, classes]), 2));
  // The first of them, as the cpu backend has it, of every other row the label; tfjs takes another on webgpu.
  await tf.setBackend('cpu');
  const firsts = tf.tidy(() => tf.argMax(levels(), 1).dataSync());
  const given = () =>
    tf.tensor1d(
      firsts.map((place, row) => place + (row % 2)),
      'int32',
    );
  await compare(
    `hits of [${rows}, ${classes}]`,
    'AlexNetCountHits',
    () => kernel('AlexNetCountHits', { logits: levels(), labels: given() }, {}),
    () => tf.sum(tf.cast(tf.equal(tf.argMax(levels(), 1), given()), 'int32')),
  );
}

const sums = [
  [[3, 4, 5, 6], [0, 1, 2], false],
  [[3, 4, 5, 8], [0, 1, 2], true],
  [[1100, 3], [0], false],
  [[2, 3, 4], [0, 2], false, NO],
  [[7, 6], [1], false, NO],
  [[7], [0], false, NO],
];
for (const [shape, axes, keep, own = YES] of sums) {
  await compare(`sum of ${shape} over ${axes}`, `Sum${own}`, () => tf.sum(x(shape), axes, keep));
}

for (const [count, own = YES] of [[17], [8], [7, NO]]) {
  await compare(`sum of ${count} tensors`, `AddN${own}`, () =>
    tf.addN(Array.from({ length: count }, (_, i) => tensor([3, 5], i + 1))),
  );
}

for (const shape of [
  [2, 3, 3, 9],
  [3, 5, 7, 96],
  [1, 1, 1, 3],
]) {
  const norm = (a) => tf.localResponseNormalization(a, 2, 2, 1e-1, 0.75);
  const attrs = { depthRadius: 2, bias: 2, alpha: 1e-1, beta: 0.75 };
  await compare(
    `response normalization of ${shape}`,
    'AlexNetLRNGrad',
    () => kernel('AlexNetLRNGrad', { x: x(shape), y: norm(x(shape)), dy: dy(shape) }, attrs),
    () => tf.grad(norm)(x(shape), dy(shape)),
  );
}
for (const shape of [
  [3, 7],
  [4, 8, 5],
]) {
  await compare(
    `gradient of ReLU, ${shape}`,
    'AlexNetReluGrad',
    () => kernel('AlexNetReluGrad', { dy: dy(shape), y: tf.relu(x(shape)) }, {}),
    () => tf.grad((a) => tf.relu(a))(x(shape), dy(shape)),
  );
  const rule = { momentum: 0.9, learningRate: 0.02, decay: 0.0005 };
  await compare(
    `momentum, ${shape}`,
    'AlexNetMomentumUpdate',
    () => {
      const inputs = { variable: x(shape), velocity: dy(shape), gradient: third(shape) };
      return tf.concat(kernel('AlexNetMomentumUpdate', inputs, rule));
    },
    () => {
      const pull = tf.mul(tf.add(third(shape), tf.mul(x(shape), rule.decay)), rule.learningRate);
      const velocity = tf.sub(tf.mul(dy(shape), rule.momentum), pull);
      return tf.concat([velocity, tf.add(x(shape), velocity)]);
    },
  );
}

// Few levels, so that windows hold their maximum more than once.
for (const [shape, size, stride, pad] of [
  [[2, 9, 9, 8], 3, 2, 'valid'],
  [[1, 7, 8, 3], 3, 2, 'same'],
]) {
  const pool = (a) => tf.maxPool(a, size, stride, pad);
  const levels = () => tf.relu(tf.round(tf.mul(x(shape), 2)));
  await compare(`gradient of max-pooling, ${shape}`, 'MaxPoolGrad', () => {
    const map = levels();
    return tf.grad(pool)(map, third(pool(map).shape));
  });
}
const tensors = () => ({ 0: x([40, 36]), 1: dy([7]), 2: third([5, 3, 4]) });
await compare(
  'squared norm',
  'AlexNetSquaredNorm',
  () => kernel('AlexNetSquaredNorm', tensors(), {}),
  () => tf.addN(Object.values(tensors()).map((a) => tf.sum(tf.square(a)))),
);
console.log(JSON.stringify(results));
