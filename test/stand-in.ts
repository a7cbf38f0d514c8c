import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { saveModel, type TargetName } from '@alexnet/convert';
import type { NetworkSpec, Weight } from '@alexnet/model';
import { createSpec, parameterShapes } from '@alexnet/model';
import sharp from 'sharp';

/**
 * Makes what a reader has and this folder lacks, by the ending of its name: `.jpg` or `.png` a
 * image, `.pth` and `.caffemodel` a published network's file with starting weights,
 * `.binaryproto` a mean image, and without an ending three class folders of 24 images. What is
 * there already stays.
 *
 * @param headWidth of a network: its dense layers are that share of the published ones
 */
export async function standIn(path: string, headWidth = 1): Promise<void> {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  switch (extname(path)) {
    case '':
      return classFolders(path);
    case '.jpg':
    case '.png':
      return void (await image([210, 60, 50], 1, 300, 260).toFile(path));
    case '.pth': {
      return writeModel(path, 'torchvision', 'torch', headWidth);
    }
    case '.caffemodel': {
      return writeModel(path, 'caffe', 'caffe', headWidth);
    }
    case '.binaryproto': {
      const { writeBinaryproto } = await import('@alexnet/convert/caffe');
      const data = new Float32Array(3 * 256 * 256).map(
        (_, at) => 104 + 9 * Math.floor(at / 65_536),
      );
      return writeFileSync(path, writeBinaryproto({ height: 256, width: 256, data }));
    }
    default:
      throw new Error(`there is no stand-in for ${path}`);
  }
}

async function writeModel(
  path: string,
  preset: 'torchvision' | 'caffe',
  format: TargetName,
  headWidth: number,
) {
  const { files } = await saveModel(model(preset, headWidth), format, { name: basename(path) });
  const bytes = files.get(basename(path));
  if (!bytes) throw new Error(`${format} wrote ${[...files.keys()]}, not ${path}`);
  writeFileSync(path, bytes);
}

async function classFolders(folder: string): Promise<void> {
  const colors = { blue: [40, 70, 200], green: [50, 170, 70], red: [210, 60, 50] };
  for (const [name, color] of Object.entries(colors)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 1; i <= 24; i++) {
      const file = join(folder, name, `${String(i).padStart(3, '0')}.jpg`);
      await image(color, i, 96, 96).toFile(file);
    }
  }
}

/** One color with a pattern over it. */
function image(color: readonly number[], i: number, width: number, height: number) {
  const pixels = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (color[at % 3] ?? 0) + ((at * 7919 + i * 104_729) % 41),
  );
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function model(preset: 'torchvision' | 'caffe', headWidth: number) {
  const spec: NetworkSpec = createSpec(preset, { headWidth });
  let state = 1;
  const weight = (shape: readonly number[]): Weight => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)).map(() => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state / 2 ** 31 / 100;
    }),
  });
  const weights = new Map(
    [...parameterShapes(spec)].map(([name, shape]) => [name, weight(shape)] as const),
  );
  return { spec, weights, preprocessing: null, classNames: null, provenance: null };
}
