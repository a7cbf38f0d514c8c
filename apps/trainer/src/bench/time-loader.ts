import type { ColorStatistics } from '@alexnet/augment';
import { createLoader } from '@alexnet/augment/loader';
import { RECIPES } from '@alexnet/trainer';

/** What a loader is timed on. */
export interface LoaderWork {
  readonly data: string;
  readonly batch: number;
  readonly workers: number;
  /** At least so many, in whole epochs after the first. */
  readonly images: number;
}

/** How fast one loader makes augmented 227-px crops. */
export interface LoaderTiming {
  /** Library, version and decoder in words. */
  readonly runtime: string;
  readonly images: number;
  readonly seconds: number;
  /** Of the process and all it started. */
  readonly cpuSeconds: number;
  /** Resident memory after the first epoch and at the end, MB. */
  readonly megabytesFirst: number;
  readonly megabytesLast: number;
}

/** Of ImageNet's training set, RGB, gray levels (`input_meta` of cuda-convnet2; vectors as Lighting has them). */
const COLORS: ColorStatistics = {
  mean: [127.305, 119.715, 104.913],
  std: [70, 68, 71],
  eigenvalues: [121.78 ** 2, 37.094 ** 2, 19.721 ** 2],
  eigenvectors: [
    [0.5675, 0.5808, 0.5836],
    [0.7192, 0.0045, -0.6948],
    [0.4009, -0.814, 0.4203],
  ],
  pixels: 1,
};

/** Reads whole epochs of the paper's training images: shorter side 256, crop 227, flip, fancy PCA, mean. */
export async function timeLoader(work: LoaderWork): Promise<LoaderTiming> {
  const { data, batch, workers, images } = work;
  const loader = await createLoader({
    source: data,
    validationShare: 0,
    batch,
    workers,
    preprocessing: {
      resize: { shorterSide: 256 },
      crop: { height: 227, width: 227 },
      channelOrder: 'rgb',
      range: 255,
      mean: COLORS.mean,
      std: null,
    },
    operations: RECIPES.paper.augment,
    colors: COLORS,
  });
  let epoch = 0;
  const readEpoch = async () => {
    let count = 0;
    let sum = 0;
    for await (const made of loader.epoch(epoch++)) {
      // Every batch is looked at, so that none is made for nothing.
      sum += made.pixels[0] ?? Number.NaN;
      count += made.labels.length;
    }
    if (!Number.isFinite(sum)) throw new Error('a batch holds what is not a number');
    return count;
  };
  try {
    // Starts the workers and fills the page cache.
    await readEpoch();
    const megabytesFirst = megabytes();
    const cpu = process.cpuUsage();
    const start = performance.now();
    let made = 0;
    while (made < images) made += await readEpoch();
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      runtime: `Node ${process.version.slice(1)}, ${loader.decoder}`,
      images: made,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      megabytesFirst,
      megabytesLast: megabytes(),
    };
  } finally {
    await loader.close();
  }
}

function megabytes(): number {
  return Math.round(process.memoryUsage().rss / 1e6);
}
