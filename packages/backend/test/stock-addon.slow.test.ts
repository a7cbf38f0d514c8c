import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ADDON_FILE, builtAddons } from '../src/tensorflow/built-addon.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();
const project = mkdtempSync(join(tmpdir(), 'alexnet-stock-'));

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A project whose tfjs-node-gpu has the addon where tfjs-node's own install script puts it. */
it.skipIf(missing)(
  `an addon that came with the package is used ${missing ?? ''}`,
  () => {
    const tfjsNode = dirname(
      createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'),
    );
    const modules = join(project, 'node_modules');
    const stock = join(modules, '@tensorflow/tfjs-node-gpu');
    cpSync(join(tfjsNode, 'dist'), join(stock, 'dist'), { recursive: true });
    cpSync(join(tfjsNode, 'package.json'), join(stock, 'package.json'));
    mkdirSync(join(stock, 'lib/napi-v8'), { recursive: true });
    const [build] = builtAddons();
    // Its libraries are found beside the file the link leads to.
    symlinkSync(
      join(build?.directory ?? '', ADDON_FILE),
      join(stock, 'lib/napi-v8/tfjs_binding.node'),
    );
    const siblings = join(tfjsNode, '../..');
    for (const name of readdirSync(siblings)) {
      if (name !== '@tensorflow') symlinkSync(join(siblings, name), join(modules, name));
    }
    symlinkSync(join(siblings, '@tensorflow/tfjs'), join(modules, '@tensorflow/tfjs'));

    hideOwnFunctions(join(stock, 'dist/nodejs_kernel_backend.js'));

    const backend = join(import.meta.dirname, '../dist/node.js');
    const script = `import { selectBackend } from ${JSON.stringify(backend)};
const { tf, name } = await selectBackend({ require: 'tensorflow' });
const loaded = Object.keys((await import('node:module')).createRequire(import.meta.url).cache ?? {});
const has = (kernel) => tf.getKernel(kernel, 'tensorflow') !== undefined;
const x = tf.tensor([1, 2, 3, 4], [1, 1, 2, 2]);
const list = (tensor) => Array.from(tensor.dataSync(), (value) => Number(value.toFixed(4)));
const [v, w] = tf.engine().runKernel(
  'AlexNetMomentumUpdate',
  { variable: tf.tensor([1, 2]), velocity: tf.tensor([10, 20]), gradient: tf.tensor([100, 200]) },
  { momentum: 0.9, learningRate: 0.01, decay: 0.5 },
);
console.log(JSON.stringify({
  name,
  stock: loaded.some((path) => path.includes('tfjs-node-gpu')),
  sum: tf.sum(tf.matMul(tf.ones([3, 5]), tf.ones([5, 2]))).dataSync()[0],
  own: ['AlexNetFixedGraph', 'AlexNetLRNGrad'].filter(has),
  convolution: list(tf.fused.conv2d({
    x, filter: tf.tensor([1, -1, 1, -1], [1, 1, 2, 2]), strides: 1, pad: 'valid',
    bias: tf.tensor([0.5, 8]), activation: 'relu',
  })),
  norm: list(tf.localResponseNormalization(x, 1, 1, 1, 0.5)),
  update: [list(v), list(w)],
}));`;
    const env = { ...process.env, ALEXNET_CACHE_DIR: join(project, 'no-builds') };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: project,
      encoding: 'utf8',
      env,
    });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toEqual({
      name: 'tensorflow',
      stock: true,
      sum: 30,
      own: [],
      convolution: [3.5, 5, 7.5, 1],
      // x / sqrt(1 + Σ x²), both channels within the window.
      norm: [1 / 6 ** 0.5, 2 / 6 ** 0.5, 3 / 26 ** 0.5, 4 / 26 ** 0.5].map((value) =>
        Number(value.toFixed(4)),
      ),
      // v' = 0.9 v - 0.01 g - 0.01 · 0.5 w
      update: [
        [7.995, 15.99],
        [8.995, 17.99],
      ],
    });
  },
  120_000,
);

/** The addon is one built here: what stock ones lack is taken from it as tfjs-node takes it in. */
function hideOwnFunctions(file: string): void {
  const own = ['executeFused', 'momentumUpdate', 'copyTensor', 'createGraph', 'runGraph', 'ownOps'];
  const source = readFileSync(file, 'utf8');
  const hidden = source.replace(
    '.binding = binding;',
    `.binding = Object.create(binding, { ${own.map((name) => `${name}: { value: undefined }`)} });`,
  );
  expect(hidden).not.toBe(source);
  rmSync(file);
  writeFileSync(file, hidden);
}
