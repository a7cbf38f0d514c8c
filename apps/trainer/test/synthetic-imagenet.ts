import { createHash } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGENET_CLASSES } from '@alexnet/model/imagenet';
import { makeTar } from '../../../packages/data/test/source-helpers.js';

/** What `fixtures/published_imagenet.py` left, and the images it left out because they can be made. */
export const published = (name: string) =>
  fileURLToPath(new URL(`./fixtures/published/${name}`, import.meta.url));

const DEVKIT = 'ILSVRC2012_devkit_t12.tar.gz';

/** Blots of color as a PPM; whole numbers, as in the script. */
function image(index: number): Buffer {
  let state = index * 7919 + 12345;
  const draw = () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  const height = 60 + (draw() % 90);
  const width = 60 + (draw() % 90);
  const rows = 3 + (draw() % 6);
  const columns = 3 + (draw() % 6);
  const grid = Array.from({ length: rows * columns * 3 }, () => (draw() >> 8) & 255);
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const blot = row + Math.floor((x * columns) / width);
      for (let c = 0; c < 3; c++) pixels[at++] = grid[blot * 3 + c] as number;
    }
  }
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), pixels]);
}

/** The first images. */
export const images = (count: number) => Array.from({ length: count }, (_, index) => image(index));

/** SHA-256 of them, one after the other. */
export const digestOf = (files: readonly Buffer[]) =>
  files.reduce((hash, file) => hash.update(file), createHash('sha256')).digest('hex');

const nameOf = (index: number) => `ILSVRC2012_val_${String(index + 1).padStart(8, '0')}.JPEG`;
const wnidOf = (label: number) => IMAGENET_CLASSES[label]?.wnid ?? '';

/** The validation images in a shape people have them. @param labels by image */
export async function layOut(
  shape: string,
  folder: string,
  files: readonly Buffer[],
  labels: readonly number[],
): Promise<void> {
  const write = async (path: string, content: Buffer | string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  const all = (path: (index: number, wnid: string) => string) =>
    Promise.all(files.map((file, i) => write(path(i, wnidOf(labels[i] ?? 0)), file)));
  switch (shape) {
    case 'distributed':
      await write(
        'ILSVRC2012_img_val.tar',
        await makeTar(Object.fromEntries(files.map((file, i) => [nameOf(i), file]))),
      );
      return copyFile(published(DEVKIT), join(folder, DEVKIT));
    case 'kaggle': {
      await all((i) => `ILSVRC/Data/CLS-LOC/val/${nameOf(i)}`);
      const boxes = files.map((_, i) => {
        const wnid = wnidOf(labels[i] ?? 0);
        return `${nameOf(i).slice(0, -5)},${wnid} 1 2 30 40 ${wnid} 5 6 20 30 `;
      });
      await write(
        'LOC_val_solution.csv',
        ['ImageId,PredictionString', ...boxes.reverse(), ''].join('\n'),
      );
      await write('LOC_sample_submission.csv', 'ImageId,PredictionString\n');
      return;
    }
    case 'tars':
      for (const [i, file] of files.entries()) {
        await write(`val/${wnidOf(labels[i] ?? 0)}.tar`, await makeTar({ [nameOf(i)]: file }));
      }
      return;
    default:
      await all((i, wnid) => `${wnid}/${nameOf(i)}`);
  }
}
