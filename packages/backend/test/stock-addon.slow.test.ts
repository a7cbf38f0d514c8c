import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
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

    const backend = join(import.meta.dirname, '../dist/node.js');
    const script = `import { selectBackend } from ${JSON.stringify(backend)};
const { tf, name } = await selectBackend({ require: 'tensorflow' });
const loaded = Object.keys((await import('node:module')).createRequire(import.meta.url).cache ?? {});
console.log(JSON.stringify({
  name,
  stock: loaded.some((path) => path.includes('tfjs-node-gpu')),
  sum: tf.sum(tf.matMul(tf.ones([3, 5]), tf.ones([5, 2]))).dataSync()[0],
}));`;
    const env = { ...process.env, ALEXNET_CACHE_DIR: join(project, 'no-builds') };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: project,
      encoding: 'utf8',
      env,
    });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toEqual({ name: 'tensorflow', stock: true, sum: 30 });
  },
  120_000,
);
