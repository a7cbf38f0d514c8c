import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModel } from '@alexnet/convert';
import type { Dataset } from '@alexnet/data';
import { createSpec, initialWeights, type SpecModifiers } from '@alexnet/model';
import { expect, test } from 'vitest';
import { resolveRecipe } from '../src/plan-run.js';
import { openStart, recipeFrom } from '../src/start-weights.js';

const IDS = ['n01440764', 'n01443537'];

async function startOf(
  modifiers: SpecModifiers,
  known: readonly string[] | null,
  { classNames, dropout }: { readonly classNames: readonly string[]; readonly dropout?: number },
) {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-start-'));
  const path = join(folder, 'weights.safetensors');
  const spec = createSpec('alexnet', { classes: 2, width: 1 / 48, ...modifiers });
  const preprocessing = {
    resize: { shorterSide: 256 },
    crop: { height: 227, width: 227 },
    channelOrder: 'rgb',
    range: 255,
    mean: null,
    std: null,
  } as const;
  const weights = new Map(initialWeights(spec, 1));
  const classes = known && [...known];
  await writeFile(
    path,
    writeModel({ spec, weights, preprocessing, classNames: classes, provenance: null }),
  );
  try {
    const dataset = { classNames, classIds: classNames } as unknown as Dataset;
    return await openStart(path, dataset, dropout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each([
  ['the same names', ['cat', 'dog'], ['cat', 'dog'], []],
  ['another spelling', ['Siamese cat', 'dog'], ['siamese_cat', 'Dog'], []],
  ['WordNet ids for names', ['tench, Tinca tinca', 'goldfish'], IDS, []],
  ['no names, as many', null, ['cat', 'dog'], []],
  ['another order', ['dog', 'cat'], ['cat', 'dog'], ['fc8']],
  ['other classes', ['cat', 'hen'], ['cat', 'dog'], ['fc8']],
  ['one more', ['cat', 'dog'], ['cat', 'dog', 'hen'], ['fc8']],
])('a head for %s starts anew or not', async (_, known, classNames, fresh) => {
  const start = await startOf({ headWidth: 1 / 256 }, known, { classNames });
  expect(start.record.fresh).toEqual(fresh);
  expect(start.weights.has('fc8.weight')).toBe(fresh.length === 0);
  expect(start.network.classes).toBe(classNames.length);
});

test('settings are checked against the network of the weights, not against that of the recipe', async () => {
  const classNames = ['cat', 'dog'];
  const start = await startOf({ head: 'gap', dropout: 0 }, null, { classNames });
  const asked = (setting: string) => resolveRecipe({ init: 'a.safetensors', set: [setting] });
  const known = recipeFrom(await asked('layers.conv5.learningRateFactor=0'), start);
  expect(known.layers).toEqual({ conv5: { learningRateFactor: 0 } });
  // Layers of the recipe's own network, which is not trained.
  const stranger = await asked('layers.fc6.learningRateFactor=0');
  expect(() => recipeFrom(stranger, start)).toThrow(/layers\.fc6: .*did you mean fc8/);
  const large = await asked('augment.randomCrop.height=228');
  expect(() => recipeFrom(large, start)).toThrow(/227 × 228 px, but the network takes 227 × 227/);
});

test('what weights cannot start is refused before images are looked at', async () => {
  const classNames = ['cat', 'dog'];
  await expect(
    startOf({ head: 'gap', dropout: 0 }, null, { classNames, dropout: 0.3 }),
  ).rejects.toThrow(/has no dropout layer/);
  await expect(startOf({ headWidth: 1 / 256, channels: 1 }, null, { classNames })).rejects.toThrow(
    /looks at gray images/,
  );
});
