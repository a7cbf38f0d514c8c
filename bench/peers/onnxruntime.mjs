// onnxruntime-node in a comparison, on the network this project exports. node onnxruntime.mjs BATCH
// The network comes as a layer list in ALEXNET_BENCH_SPEC; lines on stdin are answered with milliseconds.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { selectBackend } from '../../packages/backend/dist/node.js';
import { saveModel } from '../../packages/convert/dist/index.js';
import { buildNetwork, validateSpec } from '../../packages/model/dist/index.js';

const batch = Number(process.argv[2]);
const require = createRequire(new URL('../../packages/convert/package.json', import.meta.url));
const ort = require('onnxruntime-node');
const { tf } = await selectBackend({ require: 'cpu' });
const spec = validateSpec(JSON.parse(process.env.ALEXNET_BENCH_SPEC));
const network = buildNetwork(tf, spec, { seed: 1 });
const weights = await network.getWeights();
const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
const [bytes] = (await saveModel(file, 'onnx')).files.values();
const session = await ort.InferenceSession.create(bytes);
network.dispose();
const { height, width, channels } = spec.input;
const data = Float32Array.from({ length: batch * channels * height * width }, (_, i) =>
  Math.sin(i),
);
const input = new ort.Tensor('float32', data, [batch, channels, height, width]);
const work = () => session.run({ [session.inputNames[0]]: input });
await work();
const { version } = require('onnxruntime-node/package.json');
console.log(JSON.stringify({ ready: `onnxruntime-node ${version}` }));
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await work();
  console.log(performance.now() - start);
}
process.exit(0);
