import { describe, expect, it } from 'vitest';
import { noSoftwareWebgpu, runOnSoftwareWebgpu } from './software-webgpu.js';

/** Runs a script whose last line is JSON. */
function run(script: string): unknown {
  return runOnSoftwareWebgpu([
    '--input-type=module',
    '-e',
    `import { selectBackend } from '@alexnet/backend/node';\n${script}`,
  ]);
}

describe.skipIf(noSoftwareWebgpu !== '')(`WebGPU in Node ${noSoftwareWebgpu}`, () => {
  it('trains: a loss falls, after the start-up check against cpu', () => {
    const { name, losses } = run(`
const { tf, name } = await selectBackend({ require: 'webgpu' });
const filter = tf.variable(tf.randomNormal([3, 3, 1, 4], 0, 0.3, 'float32', 1));
const weight = tf.variable(tf.randomNormal([36, 2], 0, 0.3, 'float32', 2));
const x = tf.randomNormal([8, 7, 7, 1], 0, 1, 'float32', 3);
const y = tf.oneHot(tf.tensor1d([0, 1, 0, 1, 0, 1, 0, 1], 'int32'), 2);
const sgd = tf.train.momentum(0.1, 0.9);
const losses = [];
for (let i = 0; i < 10; i++) {
  const loss = sgd.minimize(() => {
    const map = tf.maxPool(tf.relu(tf.conv2d(x, filter, 1, 'valid')), 2, 2, 'same');
    return tf.losses.softmaxCrossEntropy(y, tf.matMul(tf.reshape(map, [8, 36]), weight));
  }, true);
  losses.push((await loss.data())[0]);
}
console.log(JSON.stringify({ name, losses }));`) as { name: string; losses: number[] };
    expect(name).toBe('webgpu');
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
  });

  it('leaves a software adapter alone unless asked, and says so', () => {
    const { name, reasons } = run(`
const { name, passedOver } = await selectBackend({ prefer: 'cpu' });
const automatic = await selectBackend();
console.log(JSON.stringify({ name, reasons: automatic.passedOver }));`) as {
      name: string;
      reasons: { name: string; reason: string }[];
    };
    expect(name).toBe('cpu');
    expect(reasons.find((passed) => passed.name === 'webgpu')?.reason).toMatch(/software/);
  });

  it('throws where stock tfjs returns zeros: a buffer over the limit, a lost device, which is then opened anew', () => {
    const messages = run(`
const { tf } = await selectBackend({ require: 'webgpu' });
const message = async (work) => { try { await work(); return 'no error'; } catch (error) { return error.message; } };
const limit = tf.backend().device.limits.maxBufferSize;
const large = await message(() => tf.tidy(() => tf.mean(tf.ones([limit / 4 + 1024]))).data());
const small = [...await tf.ones([2]).data()];
const waiting = tf.add(tf.ones([2]), 1);
tf.backend().device.destroy();
await new Promise((resolve) => setTimeout(resolve, 100));
const lost = await message(() => waiting.data());
await selectBackend({ require: 'webgpu' });
const anew = [...await tf.add(tf.ones([2]), 1).data()];
console.log(JSON.stringify({ large, small, lost, anew }));`) as Record<string, unknown>;
    expect(messages.large).toMatch(/WebGPU error/);
    expect(messages.small).toEqual([1, 1]);
    expect(messages.lost).toMatch(/device was lost/);
    expect(messages.anew).toEqual([2, 2]);
  });

  it('names a tensor too large to bind, and leaves nothing of it to the next result', () => {
    const { large, groups, small } = run(`
const { tf } = await selectBackend({ require: 'webgpu' });
const message = (work) => { try { tf.tidy(work); return 'no error'; } catch (error) { return error.message; } };
const limit = tf.backend().device.limits.maxStorageBufferBindingSize;
const large = message(() => tf.fill([limit / 4 + 1024], 1));
const groups = message(() => {
  // Two errors: one of the device, which it tells later, and then one that tfjs throws.
  tf.backend().runWebGPUProgram({ shaderKey: 'wrong', outputShape: [1], variableNames: [], workgroupSize: [1, 1, 1], dispatchLayout: { x: [0] }, dispatch: [1, 1, 1], getUserCode: () => 'no WGSL' }, [], 'float32');
  return tf.localResponseNormalization(tf.ones([70000, 1, 1, 4]), 2);
});
const small = [...await tf.ones([2]).data()];
console.log(JSON.stringify({ large, groups, small }));`) as Record<string, unknown>;
    expect(large).toMatch(/GiB and this GPU binds .* a smaller batch fits/);
    expect(groups).toMatch(/more workgroups than this GPU starts at once; a smaller batch fits/);
    expect(small).toEqual([1, 1]);
  });

  it('uploads large tensors through buffers that it keeps', () => {
    const { right, created } = run(`
const { tf } = await selectBackend({ require: 'webgpu' });
const { device } = tf.backend();
const createBuffer = device.createBuffer.bind(device);
let created = 0;
device.createBuffer = (asked) => { if (asked.usage & GPUBufferUsage.MAP_WRITE) created++; return createBuffer(asked); };
let right = 0;
for (let i = 0; i < 10; i++) {
  const [a, b] = [2 ** 18, 2 ** 19].map((n) => tf.tensor1d(new Float32Array(n).fill(i + n)));
  const ends = tf.tidy(() => tf.concat([tf.slice(a, [2 ** 18 - 1], [1]), tf.slice(b, [0], [1]), tf.slice(b, [2 ** 19 - 1], [1])]));
  if (String(await ends.data()) === String([i + 2 ** 18, i + 2 ** 19, i + 2 ** 19])) right++;
  tf.dispose([a, b, ends]);
}
console.log(JSON.stringify({ right, created }));`) as { right: number; created: number };
    expect(right).toBe(10);
    expect(created).toBeLessThan(8);
  });
});
