import { describe, expect, it } from 'vitest';
import { IMAGENET_CLASSES } from '../src/imagenet.js';
import {
  costSplit,
  createSpec,
  filterImages,
  formatLayerTable,
  PUBLISHED_NETWORKS,
  topK,
  vgg16,
} from '../src/index.js';

describe('tables', () => {
  it('print a network for reading', () => {
    const text = formatLayerTable(createSpec('lenet5'));
    expect(text.split('\n').slice(0, 4).join('\n')).toBe(
      [
        'layer    output    filter  stride  pad  parameters     MACs  activation bytes  sees  every',
        'input    32×32×1',
        'conv1    28×28×6   5×5     1       0           156  117,600            18,816     5      1',
        'tanh1    28×28×6                                                       18,816     5      1',
      ].join('\n'),
    );
    expect(text).toContain('Dense head: 59,134 parameters (95.8 %), 58,920 MACs (14.1 %).');
    const markdown = formatLayerTable(createSpec('original2012'), 'markdown');
    expect(markdown).toContain('| conv1 | 55×55×96 | 11×11 | 4 | 0/3 0/3 | 34,944 | 105,415,200 |');
    expect(markdown).toContain('| 5×5 in 2 groups |');
  });

  it('compute VGG-16, whose dense head still holds nine tenths', () => {
    const { total, dense } = costSplit(vgg16());
    expect(total.parameters).toBe(138_357_544);
    expect(total.macs).toBe(15_470_264_320);
    expect(dense.parameterShare).toBeCloseTo(0.894, 3);
    for (const { headParameters, parameters } of PUBLISHED_NETWORKS) {
      expect(headParameters / parameters).toBeLessThan(0.16);
    }
  });

  it('hold a thousand LeNets in one AlexNet', () => {
    const ratio =
      costSplit(createSpec()).total.parameters / costSplit(createSpec('lenet5')).total.parameters;
    expect(Math.round(ratio)).toBe(1011);
  });
});

describe('ILSVRC-2012 classes', () => {
  it('are 1000 in sorted-id order', () => {
    expect(IMAGENET_CLASSES).toHaveLength(1000);
    const ids = IMAGENET_CLASSES.map(({ wnid }) => wnid);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids.every((id) => /^n\d{8}$/.test(id))).toBe(true);
    const names = IMAGENET_CLASSES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([
      'crane',
      'maillot',
    ]);
    expect([0, 281, 999].map((index) => names[index])).toEqual(['tench', 'tabby', 'toilet tissue']);
    expect(IMAGENET_CLASSES[2]?.synonyms).toContain('Carcharodon carcharias');
  });

  it('come out of topK most likely first', () => {
    expect(topK([0.1, 0.4, 0.1, 0.4], 3)).toEqual([
      { index: 1, probability: 0.4 },
      { index: 3, probability: 0.4 },
      { index: 0, probability: 0.1 },
    ]);
  });
});

describe('filterImages', () => {
  // Four 1×2 kernels, each R then G then B of two pixels: HWIO.
  const perFilter = [
    [0, 0, 0, 1, 1, 1],
    [0, 5, 10, 10, 5, 0],
    [-2, -2, -2, 2, 2, 2],
    [7, 7, 7, 7, 7, 7],
  ];
  const kernels = {
    shape: [1, 2, 3, 4],
    data: Float32Array.from({ length: 24 }, (_, i) => perFilter[i % 4]?.[Math.floor(i / 4)] ?? 0),
  };
  const pixel = (image: ReturnType<typeof filterImages>, x: number, y: number) =>
    Array.from(image.data.slice(4 * (y * image.width + x), 4 * (y * image.width + x) + 4));

  it('stretches each kernel to its own range', () => {
    const image = filterImages(kernels, { zoom: 1, gap: 1, columns: 2 });
    expect([image.width, image.height]).toEqual([7, 5]);
    expect(pixel(image, 0, 0)).toEqual([255, 255, 255, 255]);
    expect(pixel(image, 1, 1)).toEqual([0, 0, 0, 255]);
    expect(pixel(image, 4, 1)).toEqual([0, 128, 255, 255]);
    expect(pixel(image, 2, 3)).toEqual([255, 255, 255, 255]);
    expect(pixel(image, 4, 3)).toEqual([128, 128, 128, 255]);
  });

  it('draws kernels of one channel in gray, each weight where it is', () => {
    const gray = { shape: [1, 3, 1, 2], data: Float32Array.from([0, 3, 5, 2, 10, 1]) };
    const image = filterImages(gray, { zoom: 1, gap: 1 });
    const row = (from: number) => [0, 1, 2].map((x) => pixel(image, from + x, 1));
    expect(row(1)).toEqual([0, 128, 255].map((level) => [level, level, level, 255]));
    expect(row(5)).toEqual([255, 128, 0].map((level) => [level, level, level, 255]));
  });

  it('or all to one, towers apart', () => {
    const image = filterImages(kernels, { scale: 'global', towers: 2, zoom: 1, gap: 1 });
    expect([image.width, image.height]).toEqual([7, 8]);
    expect(pixel(image, 1, 1)).toEqual([42, 42, 42, 255]);
    expect(pixel(image, 1, 6)).toEqual([0, 0, 0, 255]);
    const large = filterImages(kernels, { scale: 'global', towers: 2, zoom: 2, gap: 3 });
    // Two towers of a row of two, 7 × 5 px each with its gap, 4 · 3 px apart.
    expect([large.width, large.height]).toEqual([17, 3 + 5 + 9 + 5]);
    const column = [0, 1, 2, 3, 4, 5].map((y) => pixel(large, 3, y)[0]);
    expect(column).toEqual([255, 255, 255, 42, 42, 255]);
    expect(pixel(large, 6, 4)).toEqual([64, 64, 64, 255]);
    expect(() => filterImages(kernels, { towers: 3 })).toThrow(
      '4 filters do not divide into 3 towers.',
    );
  });
});
