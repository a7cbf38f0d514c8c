import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectBackend } from '@alexnet/backend/node';
import { decodeImage } from '@alexnet/data';
import type { Tf } from '@alexnet/model';
import { SHOWCASE } from '@alexnet/showcase';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Classifier, type ImageInput, loadClassifier } from '../src/node/index.js';

/** A gradient with a disc on it, as a PNG. */
async function pngFile(): Promise<Uint8Array> {
  const data = new Uint8Array(80 * 64 * 3);
  for (let y = 0, i = 0; y < 64; y++) {
    for (let x = 0; x < 80; x++, i += 3) {
      const inside = (x - 40) ** 2 + (y - 32) ** 2 < 400;
      data.set(inside ? [250, 120, 30] : [x * 3, y * 3, 90], i);
    }
  }
  return sharp(data, { raw: { width: 80, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}

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

  it('answers the same for a path, bytes, a Blob and pixels', async () => {
    const answers = await alexnet.classify(join(folder, 'disc.png'), { top: 3 });
    expect(answers).toHaveLength(3);
    const [best, second] = answers;
    expect(best?.probability).toBeGreaterThanOrEqual(second?.probability ?? 1);
    expect(best?.className).toBe(alexnet.classNames[best?.index ?? -1]);
    const { width, height, data } = await decodeImage(png);
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    for (const same of [
      png,
      new Blob([Uint8Array.from(png)]),
      { width, height, data },
      { width, height, data: rgba },
    ]) {
      expect(await alexnet.classify(same, { top: 3 })).toEqual(answers);
    }
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
