import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { selectBackend } from '@alexnet/backend/node';
import type { RgbImage } from '@alexnet/files/image';
import type { Tf } from '@alexnet/model';
import { SHOWCASE } from '@alexnet/showcase';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Classifier,
  createClassifier,
  type ImageInput,
  loadClassifier,
  requirePreprocessing,
} from '../src/node/index.js';
import { disc, discRgba } from './disc.js';

const pngFile = (): Promise<Uint8Array> => {
  const { width, height, data } = disc();
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
};

describe('loadClassifier', () => {
  let tf: Tf;
  let alexnet: Classifier<ImageInput>;
  let folder: string;
  let png: Uint8Array;

  beforeAll(async () => {
    ({ tf } = await selectBackend({ require: 'wasm' }));
    alexnet = await loadClassifier('showcase', { tf });
    folder = await mkdtemp(join(tmpdir(), 'alexnet-classify-'));
    png = await pngFile();
    await writeFile(join(folder, 'disc.png'), png);
  });
  afterAll(async () => {
    alexnet.dispose();
    await rm(folder, { recursive: true });
  });

  it('refuses what would be answered wrongly without a word', async () => {
    const { width, height, data } = disc();
    const shares = Array.from(data, (level) => level / 255);
    for (const wrong of [shares, Float32Array.from(shares), Int8Array.from(data)]) {
      const image = { width, height, data: wrong as unknown as Uint8Array };
      await expect(alexnet.classify(image)).rejects.toThrow('0 to 255, not those of');
    }
    for (const top of [0, -1, 1.5, Number.NaN]) {
      await expect(alexnet.classify(png, { top })).rejects.toThrow('from 1 on');
    }
    expect(() => alexnet.answers([0.1, 0.9], 2)).toThrow('2 probabilities are not those of 100');
    const { spec } = alexnet.model;
    const gray = { ...spec, input: { ...spec.input, channels: 1 } };
    expect(() => requirePreprocessing({ ...alexnet.model, spec: gray })).toThrow('of 1 channel;');
    const layers = 'conv1' as unknown as string[];
    await expect(alexnet.activations(png, layers)).rejects.toThrow('a list of names');
    await expect(alexnet.classify('https://example.org/a.jpg')).rejects.toThrow('fetch');
  });

  it('gives no answer where the weights hold NaN, nor once it is disposed of', async () => {
    const { model } = alexnet;
    const bias = model.weights.get('fc8.bias');
    if (!bias) throw new Error('fc8 has a bias');
    const data = bias.data.slice().fill(Number.NaN, 2, 3);
    const weights = new Map(model.weights).set('fc8.bias', { ...bias, data });
    const broken = createClassifier(tf, { ...model, weights }, async (image: RgbImage) => image);
    const numTensors = tf.memory().numTensors;
    for (const tenCrop of [false, true]) {
      const answer = broken.classify(disc(), { tenCrop });
      await expect(answer).rejects.toThrow('(NaN): its fc8.bias holds NaN');
    }
    expect(tf.memory().numTensors).toBe(numTensors);
    broken.dispose();
    broken.dispose();
    expect(tf.memory().numTensors).toBe(numTensors - broken.network.parameters.length);
    await expect(broken.classify(disc())).rejects.toThrow('disposed of: load it again');
  });

  it('takes a path, bytes, a Blob and pixels, alone and in a list', async () => {
    const path = join(folder, 'disc.png');
    const answers = await alexnet.classify(path, { top: 3 });
    expect(answers).toHaveLength(3);
    const [best, second] = answers;
    expect(best?.probability).toBeGreaterThanOrEqual(second?.probability ?? 1);
    expect(best?.className).toBe(alexnet.classNames[best?.index ?? -1]);
    const maps = await alexnet.activations(path, ['conv1', 'pool5']);
    const { width, height, data } = disc();
    const images = [
      path,
      pathToFileURL(path),
      png,
      Uint8Array.from(png).buffer,
      new Blob([Uint8Array.from(png)]),
      { width, height, data },
      { width, height, data: discRgba() },
    ];
    for (const same of images) {
      expect(await alexnet.classify(same, { top: 3 })).toEqual(answers);
      expect(await alexnet.activations(same, ['conv1', 'pool5'])).toEqual(maps);
    }
    const many = await alexnet.classify(images, { top: 3 });
    expect(many.map((each) => each.map(({ index }) => index))).toEqual(
      images.map(() => answers.map(({ index }) => index)),
    );
    const all = await alexnet.activations(images, ['pool5']);
    expect(all).toHaveLength(images.length);
    for (const each of all) {
      expect(each.get('pool5')?.shape).toEqual(maps.get('pool5')?.shape);
      const expected = maps.get('pool5')?.data ?? new Float32Array();
      for (const [i, value] of (each.get('pool5')?.data ?? []).entries()) {
        expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4);
      }
    }
    expect(await alexnet.classify([])).toEqual([]);
    expect(await alexnet.activations([], ['conv1'])).toEqual([]);
  });

  it('answers many at once, each as alone, one crop or ten', async () => {
    const noise = { width: 70, height: 90, data: new Uint8Array(70 * 90 * 3).map((_, i) => i * i) };
    for (const tenCrop of [false, true]) {
      const [first, second] = await alexnet.classify([png, noise], { top: 2, tenCrop });
      const alone = await alexnet.classify(noise, { top: 2, tenCrop });
      expect(second?.map(({ index }) => index)).toEqual(alone.map(({ index }) => index));
      expect(second?.[0]?.probability).toBeCloseTo(alone[0]?.probability ?? 0, 5);
      expect(first).not.toEqual(second);
    }
  });

  it('gives activations by layer, that of the last the logits', async () => {
    const maps = await alexnet.activations(png, ['conv1', 'pool5', 'fc8']);
    expect([...maps.keys()]).toEqual(['conv1', 'pool5', 'fc8']);
    for (const { shape, data } of maps.values()) {
      expect(data).toHaveLength(shape.reduce((product, side) => product * side, 1));
    }
    const logits = maps.get('fc8')?.data ?? new Float32Array();
    const [best] = await alexnet.classify(png, { top: 1 });
    expect(logits.indexOf(Math.max(...logits))).toBe(best?.index);
    await expect(alexnet.activations(png, ['conv9'])).rejects.toThrow('conv9');
  });

  it('reads weights as bytes, Blob and path too, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const bytes = await readFile(SHOWCASE.showcase);
    const expected = await alexnet.classify(png);
    for (const weights of [bytes, new Blob([Uint8Array.from(bytes)]), SHOWCASE.showcase]) {
      const other = await loadClassifier(weights, { tf });
      expect(await other.classify(png)).toEqual(expected);
      other.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what is wrong in one line', async () => {
    await expect(loadClassifier('showcas', { tf })).rejects.toThrow(
      /^there is no file or run folder showcas, and no weights of that name \(showcase, /,
    );
    await expect(loadClassifier(new Uint8Array(100), { tf })).rejects.toThrow('no network');
    await expect(
      alexnet.classify({ width: 2, height: 2, data: new Uint8Array(5) }),
    ).rejects.toThrow('2 × 2 px need 12 bytes of RGB or 16 of RGBA, not 5');
    await expect(alexnet.classify(join(folder, 'none.png'))).rejects.toThrow('none.png');
  });
});
