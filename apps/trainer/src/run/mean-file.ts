import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@alexnet/files/node';
import { encodeNpy, parseNpyHeader } from '@alexnet/files/npy';
import { type MeanImage, meanImageOf, type Preprocessing } from '@alexnet/model';

/** The mean image a run subtracts, `[height, width, 3]` float32, RGB 0..255, as `numpy.load` reads it. */
export const MEAN_NAME = 'mean-image.npy';

/** A preprocessing as `run.json` spells it: in place of a mean image the name of its file. */
export type StoredPreprocessing = Omit<Preprocessing, 'mean'> & {
  readonly mean: Exclude<Preprocessing['mean'], MeanImage> | { readonly file: typeof MEAN_NAME };
};

/** A preprocessing for JSON, its mean image named instead of spelled out. */
export function storedPreprocessing(preprocessing: Preprocessing): StoredPreprocessing {
  const { mean, ...rest } = preprocessing;
  return { ...rest, mean: mean !== null && 'data' in mean ? { file: MEAN_NAME } : mean };
}

/** Writes the mean image into the folder of a run that has one. */
export async function writeMeanFile(folder: string, preprocessing: Preprocessing): Promise<void> {
  const mean = meanImageOf(preprocessing);
  if (mean === null) return;
  const { height, width, data } = mean;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await writeAtomically(join(folder, MEAN_NAME), encodeNpy('<f4', [height, width, 3], bytes));
}

/**
 * The preprocessing of a run, with its mean image.
 *
 * @throws Error naming the file when it is missing or no mean image
 */
export async function readStored(
  folder: string,
  stored: StoredPreprocessing,
): Promise<Preprocessing> {
  const { mean, ...rest } = stored;
  if (mean === null || !('file' in mean)) return { ...rest, mean };
  const path = join(folder, MEAN_NAME);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) {
    throw new Error(`${path} is missing: the run subtracts the mean image in it`);
  }
  return { ...rest, mean: meanImageIn(Uint8Array.from(bytes), path) };
}

function meanImageIn(bytes: Uint8Array<ArrayBuffer>, path: string): MeanImage {
  const { descr, fortranOrder, shape, dataStart } = headerOf(bytes, path);
  const [height = 0, width = 0, channels] = shape;
  const isMean = descr === '<f4' && !fortranOrder && shape.length === 3 && channels === 3;
  if (!isMean || bytes.length - dataStart !== height * width * 12) {
    throw new Error(`${path} is no mean image: [height, width, 3] of float32 belong in it`);
  }
  return { height, width, data: new Float32Array(bytes.slice(dataStart).buffer) };
}

function headerOf(bytes: Uint8Array, path: string) {
  try {
    return parseNpyHeader(bytes);
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
}
