import { strict as assert } from 'node:assert';
import { measureImageColors } from '@alexnet/augment';
import { selectBackend } from '@alexnet/backend/node';
import { buildNetwork, createSpec } from '@alexnet/model';
import { applyOverrides, type ImageSource, RECIPES, train } from '@alexnet/trainer';
import { openMetricsLog } from '@alexnet/trainer/node';

async function main() {
  const image = async (i: number) => ({
    width: 36,
    height: 36,
    data: new Uint8Array(36 * 36 * 3).map((_, at) => (at % 3 === i % 3 ? 220 : 30 + i)),
  });
  const records = Array.from({ length: 6 }, (_, i) => ({ id: `${i}`, label: i % 3 }));
  const source: ImageSource = { records, image };
  const { tf } = await selectBackend({ require: 'cpu' });
  const recipe = applyOverrides(RECIPES.quick, [
    'epochs=1',
    'batchSize=3',
    'network.input=35',
    'network.width=0.04',
    'network.headWidth=0.004',
    'network.conv1.kernelSize=5',
    'network.conv1.stride=2',
  ]);
  const spec = createSpec(recipe.network.preset, { ...recipe.network.modifiers, classes: 3 });
  const losses: number[] = [];
  const outcome = await train({
    network: buildNetwork(tf, spec, { seed: 1 }),
    recipe,
    train: source,
    validation: source,
    preprocessing: {
      resize: { shorterSide: 36 },
      crop: { height: 35, width: 35 },
      channelOrder: 'rgb',
      range: 255,
      mean: [96, 96, 96],
      std: [64, 64, 64],
    },
    colors: measureImageColors([await image(0), await image(1), await image(2)]),
    seed: 1,
    observer: { onEpoch: ({ trainLoss }) => void losses.push(trainLoss) },
  });
  assert.equal(outcome, 'finished');
  assert.ok(losses.length === 1 && losses.every((loss) => loss > 0.5 && loss < 2));
  assert.equal(typeof openMetricsLog, 'function');
  console.log('trainer works');
}

void main();
