// Small products while signals come that Node handles; ends with how many came, and which products were wrong.
import { spawn } from 'node:child_process';
import { selectBackend } from '@alexnet/backend/node';

const SIGNALS = 100;
const LIMIT_MS = 60_000;

const { tf } = await selectBackend({ require: 'tensorflow' });
let signals = 0;
process.on('SIGWINCH', () => signals++);
const sender = spawn('bash', ['-c', `while kill -WINCH ${process.pid}; do sleep 0.001; done`]);
const pairs = [
  [tf.randomNormal([100, 512]), tf.randomNormal([512, 256])],
  [tf.randomNormal([100, 256]), tf.randomNormal([256, 10])],
].map(([a, b]) => ({ a, b, product: tf.matMul(a, b).dataSync() }));
let wrong = 0;
for (const end = Date.now() + LIMIT_MS; signals < SIGNALS && Date.now() < end; ) {
  for (const { a, b, product } of pairs) {
    const again = tf.matMul(a, b);
    if (again.dataSync().some((value, at) => value !== product[at])) wrong++;
    again.dispose();
  }
  await new Promise(setImmediate);
}
sender.kill();
console.log(JSON.stringify({ signals, wrong }));
