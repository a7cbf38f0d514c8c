import { readFile } from 'node:fs/promises';
import { measureImageColors } from '@alexnet/augment';
import { selectBackend } from '@alexnet/backend/node';
import { readModel } from '@alexnet/convert';
import { openDataset } from '@alexnet/data';
import { buildNetwork, withClasses } from '@alexnet/model';
import { SHOWCASE } from '@alexnet/showcase';
import { evaluate, initialSnapshot, RECIPES, train, transferWeights } from '@alexnet/trainer';

// node fine-tune.mjs [STEPS] : the same network twice, from the showcase's weights and from nothing.

const steps = Number(process.argv[2] ?? 218);
const { tf, name, device } = await selectBackend();
const dataset = await openDataset('emoji');
const model = readModel(await readFile(SHOWCASE.showcase));
const { preprocessing } = model;

const sample = await Promise.all(
  Array.from({ length: 500 }, (_, i) =>
    dataset.train.image(Math.floor((i * dataset.train.records.length) / 500)),
  ),
);
const colors = measureImageColors(sample);
console.log(
  `${name} (${device}), ${steps} updates of 32 images, ${dataset.classNames.length} classes`,
);

/** One run; returns top-1 on the vendor held out. */
async function run(from, layers) {
  // The head is made for the new classes and starts anew; the rest fits.
  const spec = withClasses(model.spec, dataset.classNames.length);
  const network = buildNetwork(tf, spec, { seed: 1 });
  if (from) await transferWeights(network, from);
  await train({
    network,
    recipe: { ...RECIPES.quick, epochs: 1, layers },
    train: dataset.train,
    validation: { ...dataset.validation, records: dataset.validation.records.slice(0, 1) },
    preprocessing,
    colors,
    seed: 1,
    maxSteps: steps,
    from: await initialSnapshot(network),
    observer: {
      onStep({ globalStep, loss }) {
        if (globalStep % 50 === 0) console.error(`  ${globalStep}: loss ${loss.toFixed(2)}`);
      },
    },
  });
  const { top1 } = await evaluate({ network, preprocessing }, dataset.validation);
  network.dispose();
  return `${(100 * top1).toFixed(1)} %`;
}

const frozen = { conv1: { learningRateFactor: 0 }, conv2: { learningRateFactor: 0 } };
console.log('from the showcase, conv1 and conv2 frozen:', await run(model.weights, frozen));
console.log('from the showcase, everything learns:     ', await run(model.weights, {}));
console.log('from nothing:                             ', await run(null, {}));
await dataset.close();
