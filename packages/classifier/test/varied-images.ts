import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset } from '@alexnet/data';
import sharp, { type Sharp } from 'sharp';

/** Photographs with a license that keeps them out of the repository: their tar and how many, to measure all. */
const { ALEXNET_PHOTOGRAPHS_TAR: tar, ALEXNET_PHOTOGRAPHS: count = '0' } = process.env;

/** Four inks, written by Pillow (make-formats.py). */
const INKS = ['cmyk.jpg', 'cmyk-plain.jpg', 'ycck.jpg'].map((name) =>
  fileURLToPath(new URL(`../../data/test/fixtures/formats/${name}`, import.meta.url)),
);

/** Files that decoders are known to differ over, written to a folder; their names. */
export async function writeVaried(folder: string): Promise<string[]> {
  const [width, height] = [101, 77];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + 100 * Math.sin(x / (5 + 2 * (i % 3))) * Math.cos(y / (9 - (i % 3)));
  });
  const image = () => sharp(pixels, { raw: { width, height, channels: 3 } });
  const made: Record<string, Sharp> = {
    'profile.jpg': image().withIccProfile('p3').jpeg({ quality: 92 }),
    'turned.jpg': image().withMetadata({ orientation: 6 }).jpeg(),
    'gray.jpg': image().grayscale().jpeg(),
    'progressive.jpg': image().jpeg({ progressive: true, chromaSubsampling: '4:2:0' }),
    'alpha.png': image().ensureAlpha(0.4).png(),
    'palette.png': image().png({ palette: true, colors: 32 }),
    'lossless.webp': image().webp({ lossless: true }),
  };
  const names: string[] = [];
  const keep = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    names.push(name);
  };
  for (const [name, encoded] of Object.entries(made)) await keep(name, await encoded.toBuffer());
  for (const path of INKS) await keep(basename(path), await readFile(path));
  if (tar) {
    const dataset = await openDataset(tar, { validationShare: 0 });
    const { train } = dataset;
    for (let i = 0; i < Math.min(Number(count), train.records.length); i++) {
      await keep(`photograph-${i}.jpg`, await train.bytes(i));
    }
    await dataset.close();
  }
  await writeFile(join(folder, 'files.json'), JSON.stringify(names));
  return names;
}
