import { selectBackend } from '../../packages/backend/dist/node.js';
import { saveModel } from '../../packages/convert/dist/index.js';
import { buildNetwork, validateSpec } from '../../packages/model/dist/index.js';

/** The layer list of a comparison. */
export const spec = validateSpec(JSON.parse(process.env.ALEXNET_BENCH_SPEC));

/** Its network as this project exports it: the bytes of a file. */
export async function onnxNetwork() {
  const { tf } = await selectBackend({ require: 'cpu' });
  const network = buildNetwork(tf, spec, { seed: 1 });
  const weights = await network.getWeights();
  const file = { spec, weights, preprocessing: null, classNames: null, provenance: null };
  const [bytes] = (await saveModel(file, 'onnx')).files.values();
  network.dispose();
  return bytes;
}
