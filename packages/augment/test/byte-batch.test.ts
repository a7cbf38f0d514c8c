import { floatsOf, type Preprocessing } from '@alexnet/model';
import { describe, expect, it } from 'vitest';
import {
  bytePreparation,
  createPipeline,
  createRng,
  type ExampleMaker,
  makeBatch,
  makeByteBatch,
  type OperationInput,
} from '../src/index.js';

const random = createRng(3, 0, 0);
const image = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, () => random.below(256)),
});
const images = [image(17, 13), image(13, 19), image(16, 16), image(40, 31)];
const source = {
  records: images.map((_, i) => ({ id: `${i}.png`, label: i % 3 })),
  image: async (index: number) => {
    if (index === 2) throw new Error('torn');
    return images[index] as (typeof images)[0];
  },
};
const meanImage = {
  height: 13,
  width: 13,
  data: Float32Array.from({ length: 13 * 13 * 3 }, () => 100 + 50 * random.next()),
};
const plain: Preprocessing = {
  resize: { shorterSide: 13 },
  crop: { height: 9, width: 11 },
  channelOrder: 'rgb',
  range: 255,
  mean: null,
  std: null,
};
const ways: Record<string, Preprocessing> = {
  'means and deviations, 0 to 1': {
    ...plain,
    range: 1,
    mean: [0.4, 0.5, 0.6],
    std: [0.2, 0.3, 0.4],
  },
  'blue first and channel means': { ...plain, channelOrder: 'bgr', mean: [104, 117, 123] },
  'a mean image, blue first': { ...plain, channelOrder: 'bgr', mean: meanImage },
};
const operations: OperationInput[] = [
  { op: 'resize' },
  { op: 'randomCrop' },
  { op: 'randomFlip' },
  { op: 'colorJitter', brightness: 0.4 },
  { op: 'fancyPca', form: 'source2012' },
  { op: 'normalize' },
  { op: 'labelSmoothing' },
];
const colors = {
  pixels: 1000,
  mean: [120, 110, 100],
  std: [60, 60, 60],
  eigenvalues: [9000, 700, 50],
  eigenvectors: [
    [0.6, 0.6, 0.5],
    [-0.7, 0, 0.7],
    [0.4, -0.8, 0.4],
  ],
} as const;

/** The largest difference as a share of the largest number. */
async function compare(maker: ExampleMaker) {
  const indices = [0, 1, 2, 3];
  const floats = await makeBatch(source, indices, maker, { classes: 3 });
  const bytes = await makeByteBatch(source, indices, maker, { classes: 3 });
  const { pixels } = bytes;
  expect(pixels).not.toBeInstanceOf(Float32Array);
  expect({ ...floats, pixels }).toEqual(bytes);
  const made = floatsOf(pixels, bytes.imageShape);
  expect(made.length).toBe(floats.pixels.length);
  const scale = floats.pixels.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = made.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (floats.pixels[i] as number))),
    0,
  );
  return error / scale;
}

describe('a batch of bytes is that of floats once it is normalized', () => {
  it.each(Object.entries(ways))('crop, flip, jitter and color noise; %s', async (_, way) => {
    const pipeline = createPipeline(operations, { preprocessing: way, colors });
    expect(pipeline.givesBytes).toBe(true);
    for (const epoch of [0, 1, 2, 3]) {
      expect(await compare(pipeline.at({ seed: 5, epoch, first: 8 }))).toBeLessThan(1e-6);
    }
  });

  it.each(Object.entries(ways))('center and ten crops; %s', async (_, way) => {
    const square = { ...way, crop: { height: 9, width: 9 } };
    expect(await compare(bytePreparation(square))).toBeLessThan(1e-6);
    expect(await compare(bytePreparation(square, { tenCrop: true }))).toBeLessThan(1e-6);
  });

  it.each([
    ['mixes images', { op: 'mixup' }],
    ['erases normalized pixels', { op: 'randomErasing' }],
  ] as const)('stays floats where an operation %s', async (_, last) => {
    const chain = [...operations.slice(0, 6), last] as OperationInput[];
    const pipeline = createPipeline(chain, { preprocessing: plain, colors });
    const maker = pipeline.at({ seed: 5, epoch: 0, first: 0 });
    const batch = await makeByteBatch(source, [0, 1], maker, { classes: 3 });
    expect(pipeline.givesBytes).toBe(false);
    expect(batch).toEqual(await makeBatch(source, [0, 1], maker, { classes: 3 }));
  });
});
