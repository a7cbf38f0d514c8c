import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScript, noBrowser, runPage } from '../../../test/browser-page.js';
import { type ClassAnswer, loadClassifier } from '../src/node/index.js';
import { augmentedBatch } from './augmented.js';
import { disc } from './disc.js';

type Maps = readonly (readonly [
  layer: string,
  shape: readonly number[],
  values: readonly number[],
])[];

interface Found {
  readonly each: Readonly<Record<string, { answers: ClassAnswer[]; activations: Maps }>>;
  readonly many: readonly ClassAnswer[][];
  readonly maps: readonly Maps[];
  readonly wrong: string;
  readonly batch: readonly number[];
}

/** wasm in both, one thread or many, one instruction set or another: rounding. */
const DIGITS = 4;

describe.skipIf(noBrowser !== '')(`in Chromium${noBrowser && ` (skipped: ${noBrowser})`}`, () => {
  let folder: string;
  let found: Found;

  beforeAll(async () => {
    folder = await buildScript(join(import.meta.dirname, 'page/page.ts'));
    found = JSON.parse(await runPage(folder)) as Found;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('every kind of image, alone or in a list, is answered as in Node', async () => {
    const alexnet = await loadClassifier('showcase', { backend: 'wasm' });
    const expected = await alexnet.classify(disc(), { top: 3 });
    const tenCrop = await alexnet.classify(disc(), { top: 3, tenCrop: true });
    const maps = await alexnet.activations(disc(), ['conv1', 'fc8']);
    alexnet.dispose();
    expect(Object.keys(found.each)).toHaveLength(7);
    for (const { answers, activations } of Object.values(found.each)) {
      same(answers, expected);
      sameMaps(activations, maps);
    }
    expect(found.many).toHaveLength(7);
    for (const answers of found.many) same(answers, tenCrop);
    expect(found.maps).toHaveLength(7);
    for (const each of found.maps) sameMaps(each, maps);
  });

  it('says what is no image', () => {
    expect(found.wrong).toContain('is not an image this browser can decode');
  });

  it('a long list of operations makes the same batch as in Node, bit for bit', async () => {
    const batch = createHash('sha256')
      .update(await augmentedBatch())
      .digest();
    expect(found.batch).toEqual([...batch]);
  });
});

function same(answers: readonly ClassAnswer[], expected: readonly ClassAnswer[]): void {
  expect(answers.map(({ className }) => className)).toEqual(
    expected.map(({ className }) => className),
  );
  for (const [i, { probability }] of answers.entries()) {
    expect(probability).toBeCloseTo(expected[i]?.probability ?? -1, DIGITS);
  }
}

function sameMaps(
  found: Maps,
  expected: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>,
): void {
  expect(found.map(([layer, shape]) => [layer, shape])).toEqual(
    [...expected].map(([layer, { shape }]) => [layer, shape]),
  );
  for (const [layer, , values] of found) {
    for (const [i, value] of values.entries()) {
      expect(value).toBeCloseTo(expected.get(layer)?.data[i] ?? Number.NaN, DIGITS - 1);
    }
  }
}
