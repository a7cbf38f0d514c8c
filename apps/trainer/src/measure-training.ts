import {
  type ColorStatistics,
  createColorAccumulator,
  createMeanImageAccumulator,
  resizeShorterSide,
} from '@alexnet/augment';
import type { Dataset } from '@alexnet/data';
import { cutCentralSquare } from '@alexnet/files/image';
import type { MeanImage } from '@alexnet/model';
import { withProgress } from './progress.js';

/** Images whose colors are measured: enough for three decimals of a mean over 0..255. */
const COLOR_SAMPLE = 4000;

/** RGB mean and covariance over (at most {@link COLOR_SAMPLE}) evenly spread training images. */
export async function measureColors(
  { train }: Dataset,
  shorterSide: number,
): Promise<ColorStatistics> {
  const step = Math.max(1, train.records.length / COLOR_SAMPLE);
  const count = Math.floor(train.records.length / step);
  const colors = createColorAccumulator();
  let read = 0;
  await withProgress('measuring colors', async (report) => {
    for (let index = 0; index < count; index++) {
      const image = await train.image(Math.floor(index * step)).catch(() => null);
      if (image) {
        colors.add(resizeShorterSide(image, shorterSide));
        read++;
      }
      report(index + 1, count);
    }
  });
  if (read === 0) throw new Error('no training image could be read');
  return colors.result();
}

/**
 * The mean of the central squares of all training images, resized to `side`: as the pack has measured it,
 * where the images are a pack of that size.
 */
export async function measureMeanImage(dataset: Dataset, side: number): Promise<MeanImage> {
  const packed = await dataset.meanImage?.();
  if (packed?.height === side && packed.width === side) return packed;
  const { train } = dataset;
  const mean = createMeanImageAccumulator(side, side);
  await withProgress('measuring the mean image', async (report) => {
    for (const index of train.records.keys()) {
      const image = await train.image(index).catch(() => null);
      if (image) mean.add(cutCentralSquare(resizeShorterSide(image, side)));
      report(index + 1, train.records.length);
    }
  });
  if (mean.count === 0) throw new Error('no training image could be read');
  return mean.result();
}
