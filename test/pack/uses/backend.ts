import { strict as assert } from 'node:assert';
import { parseBackendName, selfCheck } from '@alexnet/backend';
import { diagnoseBackends, selectBackend } from '@alexnet/backend/node';

async function main() {
  const { tf, name } = await selectBackend({ require: 'wasm' });
  assert.equal(name, parseBackendName('wasm'));
  assert.deepEqual(tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).arraySync(), [
    [3, 3],
    [3, 3],
  ]);
  assert.equal((await selfCheck(tf, name)).passed, true);
  assert.equal(typeof diagnoseBackends, 'function');
  console.log('backend works');
}

void main();
