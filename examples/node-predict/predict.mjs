import { readFile } from 'node:fs/promises';
import { prepareTenCrop } from '@alexnet/augment';
import { selectBackend } from '@alexnet/backend/node';
import { readModel } from '@alexnet/convert';
import { decodeImage } from '@alexnet/data';
import { buildNetwork, predictTenCrop, topK } from '@alexnet/model';
import { SHOWCASE } from '@alexnet/showcase';

// node predict.mjs IMAGE… : what the showcase's network sees, ten crops averaged.

const { tf, name, device } = await selectBackend();
console.error(`${name}: ${device}`);

const model = readModel(await readFile(SHOWCASE.showcase));
const network = buildNetwork(tf, model.spec);
network.setWeights(model.weights);

const { height, width } = model.preprocessing.crop;
for (const file of process.argv.slice(2)) {
  const image = await decodeImage(await readFile(file), { id: file });
  const crops = tf.tensor4d(prepareTenCrop(image, model.preprocessing), [10, height, width, 3]);
  const [{ probabilities }] = await predictTenCrop(network, crops);
  crops.dispose();
  console.log(file);
  for (const { index, probability } of topK(probabilities, 5)) {
    console.log(`  ${(100 * probability).toFixed(1).padStart(5)} %  ${model.classNames[index]}`);
  }
}
network.dispose();
