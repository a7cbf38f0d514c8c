import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@alexnet/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScript, noBrowser, runPage } from '../../../test/browser-page.js';
import { type ClassAnswer, loadClassifier } from '../src/node/index.js';
import { augmentedBatch } from './augmented.js';
import { disc } from './disc.js';
import { writeVaried } from './varied-images.js';

type Maps = readonly (readonly [
  layer: string,
  shape: readonly number[],
  values: readonly number[],
])[];

interface Found {
  readonly each: Readonly<Record<string, { answers: ClassAnswer[]; activations: Maps }>>;
  readonly many: readonly ClassAnswer[][];
  readonly maps: readonly Maps[];
  readonly frame: readonly ClassAnswer[];
  readonly wrong: readonly string[];
  readonly files: Readonly<Record<string, { probabilities: number[]; pixels: number[] }>>;
  readonly batch: readonly number[];
}

/** wasm in both, one thread or many, one instruction set or another: rounding. */
const DIGITS = 4;

/** Chromium rounds four inks, and what shines through, down where Pillow and this package round to the nearest level. */
const ROUNDED = /^(cmyk|ycck|alpha)/;

describe.skipIf(noBrowser !== '')(`in Chromium${noBrowser && ` (skipped: ${noBrowser})`}`, () => {
  let folder: string;
  let files: readonly string[];
  let found: Found;

  beforeAll(async () => {
    folder = await buildScript(join(import.meta.dirname, 'page/page.ts'));
    files = await writeVaried(folder);
    found = JSON.parse(await runPage(folder, { timeout: 60_000 + 5000 * files.length })) as Found;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('every kind of image, alone or in a list, is answered as in Node', async () => {
    const alexnet = await loadClassifier('showcase', { backend: 'wasm' });
    const expected = await alexnet.classify(disc(), { top: 3 });
    const tenCrop = await alexnet.classify(disc(), { top: 3, tenCrop: true });
    const maps = await alexnet.activations(disc(), ['conv1', 'fc8']);
    alexnet.dispose();
    expect(Object.keys(found.each)).toHaveLength(10);
    for (const { answers, activations } of Object.values(found.each)) {
      same(answers, expected);
      sameMaps(activations, maps);
    }
    expect(found.many).toHaveLength(10);
    for (const answers of found.many) same(answers, tenCrop);
    expect(found.maps).toHaveLength(10);
    for (const each of found.maps) sameMaps(each, maps);
  });

  it('files that decoders differ over have the probabilities they have in Node', async () => {
    const alexnet = await loadClassifier('showcase', { backend: 'wasm' });
    const differences = new Map<string, number>();
    const apart = (a: ArrayLike<number>, b: readonly number[]) =>
      b.reduce((most, value, i) => Math.max(most, Math.abs(value - (a[i] ?? Number.NaN))), 0);
    for (const name of files) {
      const path = join(folder, name);
      const { pixels = [], probabilities = [] } = found.files[name] ?? {};
      const { data } = await decodeImage(await readFile(path));
      if (!name.startsWith('photograph')) expect(pixels.length).toBeGreaterThan(100);
      expect(apart(data, pixels), name).toBeLessThanOrEqual(ROUNDED.test(name) ? 1 : 0);
      const own = await alexnet.predict(path);
      expect(probabilities).toHaveLength(own.probabilities.length);
      differences.set(name, apart(own.probabilities, probabilities));
    }
    alexnet.dispose();
    const worst = [...differences].sort(([, a], [, b]) => b - a);
    const tooFar = worst.filter(([name, own]) => !(own < (ROUNDED.test(name) ? 1e-2 : 1e-3)));
    expect(tooFar).toEqual([]);
    console.info(`${files.length} files, at most ${worst[0]?.[1]} apart (${worst[0]?.[0]})`);
  });

  it('answers for the frame a video is at', () => {
    // Its colors went through a video codec's.
    expect(found.frame[0]?.className).toBe(found.each.canvas?.answers[0]?.className);
  });

  it('says what is no image, and what is none yet', () => {
    expect(found.wrong).toEqual([
      expect.stringContaining('is not an image this browser can decode'),
      expect.stringContaining('shows no frame yet'),
      expect.stringContaining('has no image this browser can decode'),
      expect.stringContaining('something of another site'),
    ]);
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
