/** The page of chromium.mjs: `ready` loads one runtime and runs it once, `go` says how long a batch takes. */
import { selectBackend } from '../../packages/backend/dist/index.js';
import { buildNetwork, predict, validateSpec } from '../../packages/model/dist/index.js';

const pixels = (size) => Float32Array.from({ length: size }, (_, i) => Math.sin(i));

const RUNTIMES = {
  async wasm(spec, batch, threads) {
    const { setThreadsCount, setWasmPaths } = await import(
      '../../packages/backend/node_modules/@tensorflow/tfjs-backend-wasm/dist/index.js'
    );
    setWasmPaths('/tfjs/');
    setThreadsCount(threads);
    const { tf, device } = await selectBackend({ require: 'wasm' });
    const network = buildNetwork(tf, validateSpec(spec), { seed: 1 });
    const { height, width, channels } = spec.input;
    const data = pixels(batch * height * width * channels);
    const work = async () => {
      const x = tf.tensor4d(data, [batch, height, width, channels]);
      await predict(network, x);
      x.dispose();
    };
    return { device, work };
  },
  async 'onnxruntime-web'(spec, batch, threads) {
    const ort = await import(new URL('/ort/ort.wasm.min.mjs', location.href).href);
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = threads;
    const bytes = new Uint8Array(await (await fetch('/network.onnx')).arrayBuffer());
    const session = await ort.InferenceSession.create(bytes);
    const { height, width, channels } = spec.input;
    const shape = [batch, channels, height, width];
    const input = new ort.Tensor('float32', pixels(shape.reduce((a, b) => a * b)), shape);
    const work = () => session.run({ [session.inputNames[0]]: input });
    const { versions, wasm } = ort.env;
    const device = `onnxruntime-web ${versions.web}, WebAssembly SIMD with ${wasm.numThreads} threads`;
    return { device, work };
  },
};

window.ready = async (name, spec, batch, threads) => {
  const { device, work } = await RUNTIMES[name](spec, batch, threads);
  await work();
  window.go = async () => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  return device;
};
