import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type Tf } from '../src/node.js';
import { expectClose, on, tensor } from './compare.js';
import { whyNoTensorflow } from './need-tensorflow.js';

const missing = await whyNoTensorflow();
let tf: Tf;

describe.skipIf(missing)(`TensorFlow ${missing ?? ''}`, () => {
  beforeAll(async () => {
    ({ tf } = await selectBackend({ require: 'tensorflow' }));
  });

  it('convolves, normalizes, pools and differentiates like the cpu backend', async () => {
    const gradient = () => {
      const loss = (x: Parameters<Tf['relu']>[0], w: Parameters<Tf['relu']>[0]) => {
        const y = tf.relu(tf.conv2d(x as never, w as never, 2, 'valid'));
        const normalized = tf.localResponseNormalization(y as never, 2, 2, 1e-4, 0.75);
        return tf.sum(tf.square(tf.maxPool(normalized, 3, 2, 'valid'))) as never;
      };
      const inputs = [tensor(tf, [2, 23, 23, 3], 1), tensor(tf, [5, 5, 3, 8], 2)];
      const [dx, dw] = tf.grads(loss as never)(inputs);
      return tf.concat([tf.reshape(dx as never, [-1]), tf.reshape(dw as never, [-1])]);
    };
    const reference = await on(tf, 'cpu', gradient);
    expectClose(await on(tf, 'tensorflow', gradient), reference, 1e-5);
  });

  it('says nothing of its own on stdout or stderr', () => {
    const script = `import { selectBackend } from '@alexnet/backend/node';
const { tf } = await selectBackend({ require: 'tensorflow' });
tf.topk(tf.matMul(tf.ones([2, 2]), tf.ones([2, 2])), 1).values.dataSync();`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', script],
      {
        cwd: import.meta.dirname,
        encoding: 'utf8',
      },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });
});
