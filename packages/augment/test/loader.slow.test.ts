import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { openDataset, packDataset } from '@alexnet/data';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Batch,
  createColorAccumulator,
  createEpochOrder,
  createMeanImageAccumulator,
  createPipeline,
  createRng,
  makeBatch,
  type OperationInput,
} from '../src/index.js';
import type { createLoader as CreateLoader, LoaderOptions } from '../src/loader/index.js';
import { plain } from './image-helpers.js';

const here = dirname(fileURLToPath(import.meta.url));
const PAPER: readonly OperationInput[] = [
  { op: 'resize' },
  { op: 'centralSquare' },
  { op: 'randomCrop' },
  { op: 'randomFlip' },
  { op: 'fancyPca', form: 'deviation' },
  { op: 'normalize' },
];
/** Everything there is, in two lists. */
const MODERN: readonly OperationInput[] = [
  { op: 'randomResizedCrop' },
  { op: 'randomFlip', probability: 0.3 },
  { op: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  { op: 'normalize' },
  { op: 'randomErasing' },
  { op: 'mixup', probability: 0.5 },
  { op: 'cutmix', probability: 0.5 },
  { op: 'labelSmoothing' },
];
const preprocessing = { ...plain(32, 28), mean: [120, 110, 100] as const };
const BATCH = 16;

let folder: string;
let createLoader: typeof CreateLoader;
let options: LoaderOptions;

/** 150 images of two classes, 40 × 32 px of noise each. */
function makeDataset() {
  const records = Array.from({ length: 150 }, (_, i) => ({ id: `${i}.png`, label: i % 2 }));
  const image = async (index: number) => {
    const rng = createRng(77, index);
    const data = Uint8Array.from({ length: 40 * 32 * 3 }, () => rng.below(256));
    return { width: 40, height: 32, data };
  };
  const split = { records, image, bytes: async () => new Uint8Array(), size: async () => 0 };
  const empty = { ...split, records: [] };
  const classNames = ['even', 'odd'];
  return {
    name: 'noise',
    classNames,
    classIds: classNames,
    train: split,
    validation: empty,
    validationFrom: 'source' as const,
    notes: [],
    close: async () => {},
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-loader-'));
  const measures = { createColorAccumulator, createMeanImageAccumulator };
  const { index } = await packDataset(makeDataset(), join(folder, 'pack'), measures, {
    size: 32,
    perShard: 40,
  });
  // The worker is a file of its own, so what is tested is a build; where data's dependencies resolve.
  const outDir = join(here, '../../data/node_modules/.loader-test');
  await build({
    entry: {
      loader: join(here, '../src/loader/index.ts'),
      'loader-worker': join(here, '../src/loader/loader-worker.ts'),
    },
    outDir,
    config: false,
    format: 'esm',
    platform: 'node',
    silent: true,
    clean: true,
    skipNodeModulesBundle: true,
    // All but what is native or data.
    noExternal: [/^(?!sharp$|@julusian|@iconify-json|node:)/],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    esbuildOptions: (esbuild) => {
      esbuild.conditions = ['@alexnet/source'];
    },
  });
  ({ createLoader } = await import(join(outDir, 'loader.js')));
  const { colors } = index;
  options = {
    source: join(folder, 'pack'),
    batch: BATCH,
    preprocessing,
    operations: PAPER,
    colors,
    seed: 5,
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Copy {
  readonly index: number;
  readonly ids: readonly string[];
  readonly targets: Float32Array;
  readonly pixels: Float32Array;
}

const copy = ({ index, ids, targets, pixels }: Batch & { readonly index: number }): Copy => ({
  index,
  ids,
  targets,
  pixels: pixels.slice(),
});

async function readEpoch(extra: Partial<LoaderOptions>, epoch = 3, from = 0): Promise<Copy[]> {
  const loader = await createLoader({ ...options, ...extra });
  const batches: Copy[] = [];
  for await (const batch of loader.epoch(epoch, from)) batches.push(copy(batch));
  await loader.close();
  return batches;
}

describe('loader', () => {
  it.each([
    ['the paper', PAPER],
    ['today', MODERN],
  ])(
    'makes the same bits of the operations of %s with 1, 2 and 8 workers, from any batch on, and as without workers',
    async (_, operations) => {
      const dataset = await openDataset(options.source);
      const count = dataset.train.records.length;
      const order = createEpochOrder(count, 5, 3);
      const { colors = null } = options;
      const pipeline = createPipeline(operations, { preprocessing, colors });
      const expected: Copy[] = [];
      for (let first = 0; first < count; first += BATCH) {
        const rows = order.slice(first, first + BATCH);
        const maker = pipeline.at({ seed: 5, epoch: 3, first });
        const batch = await makeBatch(dataset.train, rows, maker, { classes: 2, fast: true });
        expected.push(copy({ ...batch, index: first / BATCH }));
      }
      await dataset.close();
      const extra = { operations };
      for (const workers of [1, 2, 8]) {
        expect(await readEpoch({ ...extra, workers })).toEqual(expected);
      }
      expect(await readEpoch({ ...extra, workers: 2 }, 3, 4)).toEqual(expected.slice(4));
      expect(await readEpoch({ ...extra, workers: 2 }, 4)).not.toEqual(expected);
    },
  );

  it('reports a worker that dies and goes on with another', async () => {
    const expected = await readEpoch({ workers: 2 });
    const workers: Worker[] = [];
    const deaths: string[] = [];
    const loader = await createLoader({
      ...options,
      workers: 2,
      prefetch: 2,
      onWorkerStart: (worker) => workers.push(worker),
      onWorkerDeath: ({ reason }) => deaths.push(reason),
    });
    for (const dying of [0, 1, 2]) {
      const batches: Copy[] = [];
      for await (const batch of loader.epoch(3)) batches.push(copy(batch));
      expect(batches).toEqual(expected);
      // Between epochs, when it decodes nothing: sharp would take the process with it.
      await workers[dying]?.terminate();
    }
    await loader.close();
    expect(deaths).toEqual(['exit code 1', 'exit code 1', 'exit code 1']);
    expect(workers).toHaveLength(5);
  });

  it('is closed while batches are made', async () => {
    for (let round = 0; round < 10; round++) {
      const loader = await createLoader({ ...options, workers: 2 });
      const epoch = loader.epoch(round);
      await epoch.next();
      await loader.close();
      const rest = async () => {
        while (!(await epoch.next()).done);
      };
      await expect(rest()).rejects.toThrow('the loader is closed');
    }
  });

  it('gives up when workers keep dying', async () => {
    const loader = await createLoader({
      ...options,
      workers: 1,
      onWorkerStart: (worker) => worker.terminate(),
    });
    await expect(loader.epoch(0).next()).rejects.toThrow('loader workers keep dying');
    await loader.close();
  });
});
