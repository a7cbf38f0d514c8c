import { type Batch, createEpochOrder, createPipeline, makeByteBatch } from '@alexnet/augment';
import type { Pixels } from '@alexnet/model';
import { expect, test } from 'vitest';
import { makeBatches } from '../src/make-batches.js';
import { ALONE, type World } from '../src/world/world.js';
import { CLASSES, plainColors, preprocessing, tinyRecipe } from './tiny.js';

const source = plainColors(30, [4, 17]);
const numbers = (pixels: Pixels) =>
  'words' in pixels ? [...pixels.words, ...pixels.table] : Array.from(pixels);

test.each([false, true])(
  'memory used in turn holds what new memory would, bytes: %s',
  async (bytes) => {
    const augment = tinyRecipe.augment.filter(({ op }) => op !== 'fancyPca');
    const pipeline = createPipeline(augment, { preprocessing, colors: null });
    const seed = 5;
    const feed = makeBatches({
      source,
      pipeline,
      classes: CLASSES,
      batchSize: 4,
      seed,
      world: ALONE,
      bytes,
    });
    const memories = new Set<ArrayBufferLike>();
    const seen: Batch<Pixels>[] = [];
    for await (const batch of feed(1, 2)) {
      const { pixels } = batch;
      expect('words' in pixels).toBe(bytes);
      memories.add(('words' in pixels ? pixels.words : pixels).buffer);
      const first = 8 + 4 * seen.length;
      const indices = createEpochOrder(30, seed, 1).subarray(first, first + 4);
      const maker = pipeline.at({ seed, epoch: 1, first });
      const { bytes: _, ...floats } = maker;
      const alone = await makeByteBatch(source, indices, bytes ? maker : floats, {
        classes: CLASSES,
        fast: true,
      });
      expect(numbers(pixels)).toEqual(numbers(alone.pixels));
      expect([...batch.labels]).toEqual([...alone.labels]);
      seen.push(batch);
    }
    expect(seen.map(({ labels }) => labels.length).reduce((sum, n) => sum + n)).toBeGreaterThan(19);
    expect(seen).toHaveLength(6);
    expect(memories.size).toBe(3);
  },
);

test('processes weigh classes by the labels of the whole batch', async () => {
  const all = plainColors(30);
  const augment = [...tinyRecipe.augment, { op: 'classWeights' } as const].filter(
    ({ op }) => op !== 'fancyPca',
  );
  const classCounts = Array.from({ length: CLASSES }, (_, i) => i + 1);
  const pipeline = createPipeline(augment, { preprocessing, colors: null, classCounts });
  const targets = async (world: World) => {
    const options = {
      source: all,
      pipeline,
      classes: CLASSES,
      batchSize: 7,
      seed: 5,
      bytes: false,
    };
    const found: number[][] = [];
    for await (const batch of makeBatches({ ...options, world })(1, 0))
      found.push([...batch.targets]);
    return found;
  };
  const [first, second] = [
    await targets({ ...ALONE, size: 2 }),
    await targets({ ...ALONE, rank: 1, size: 2 }),
  ];
  expect(first.map((rows, i) => [...rows, ...(second[i] ?? [])])).toEqual(await targets(ALONE));
});
