// onnxruntime in a comparison, on the network this project exports. node onnxruntime.mjs PACKAGE BATCH
// PACKAGE: onnxruntime-node | onnxruntime-web, whose WebAssembly has as many threads as this project's.
// The network comes as a layer list in ALEXNET_BENCH_SPEC; lines on stdin are answered with milliseconds.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { onnxNetwork, spec } from './onnx-network.mjs';

const [runtime, batch] = [process.argv[2], Number(process.argv[3])];
const require = createRequire(new URL('../../packages/convert/package.json', import.meta.url));
const ort = require(runtime);
const threads = Number(process.env.ALEXNET_WASM_THREADS) || availableParallelism();
const isWeb = runtime === 'onnxruntime-web';
if (isWeb) ort.env.wasm.numThreads = threads;
const session = await ort.InferenceSession.create(await onnxNetwork());
const { height, width, channels } = spec.input;
const data = Float32Array.from({ length: batch * channels * height * width }, (_, i) =>
  Math.sin(i),
);
const input = new ort.Tensor('float32', data, [batch, channels, height, width]);
const work = () => session.run({ [session.inputNames[0]]: input });
await work();
const { version } = require(join(dirname(require.resolve(runtime)), '../package.json'));
const how = isWeb ? `, WebAssembly SIMD with ${ort.env.wasm.numThreads} threads` : '';
console.log(JSON.stringify({ ready: `${runtime} ${version}${how}` }));
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await work();
  console.log(performance.now() - start);
}
process.exit(0);
