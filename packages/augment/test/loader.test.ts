import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { openDataset } from '@alexnet/data';
import { floatsOf } from '@alexnet/model';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEpochOrder, createPipeline, makeBatch, type OperationInput } from '../src/index.js';
import { createLoader, type LoaderOptions } from '../src/loader/index.js';
import type { WorkerSetup } from '../src/loader/messages.js';
import { plain } from './image-helpers.js';

/** Workers in this thread: what they say and are told passes through real ports, as between threads. */
vi.mock('node:worker_threads', async (original) => {
  const threads = await original<typeof import('node:worker_threads')>();
  const { EventEmitter } = await import('node:events');
  class WorkerHere extends EventEmitter {
    readonly #channel = new threads.MessageChannel();
    constructor(_: URL, { workerData }: { workerData: WorkerSetup }) {
      super();
      const { port1, port2 } = this.#channel;
      port1.on('message', (message) => this.emit('message', message));
      port1.on('close', () => this.emit('exit', 0));
      void import('../src/loader/serve-jobs.js').then(({ serveJobs }) =>
        serveJobs(workerData, port2),
      );
    }
    postMessage(job: unknown) {
      this.#channel.port1.postMessage(job);
    }
    ref() {}
    unref() {}
    async terminate() {
      this.#channel.port1.close();
      this.emit('exit', 1);
    }
  }
  return { ...threads, Worker: WorkerHere };
});

const OPERATIONS: readonly OperationInput[] = [
  { op: 'resize' },
  { op: 'randomCrop' },
  { op: 'normalize' },
  { op: 'labelSmoothing' },
];
const SIDE = 8;
const BATCH = 4;
/** Of class b twice as many as of class a. */
const IMAGES = { a: 5, b: 10 };
const COUNT = 15;

/** A GIF of one pixel, the color in its table. */
function pixel(red: number, green: number): Buffer {
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64');
  gif.set([red, green], 13);
  return gif;
}

let options: LoaderOptions;
beforeAll(async () => {
  const source = await mkdtemp(join(tmpdir(), 'alexnet-loader-'));
  for (const [name, count] of Object.entries(IMAGES)) {
    await mkdir(join(source, name));
    for (let i = 0; i < count; i++) {
      await writeFile(join(source, name, `${i}.gif`), pixel(name === 'a' ? 0 : 200, 10 * i));
    }
  }
  options = {
    source,
    validationShare: 0,
    batch: BATCH,
    preprocessing: plain(10, SIDE),
    operations: OPERATIONS,
    workers: 2,
    seed: 5,
  };
});
afterAll(() => rm(options.source, { recursive: true, force: true }));

async function readEpoch(extra: Partial<LoaderOptions> = {}, epoch = 3, from = 0) {
  const loader = await createLoader({ ...options, ...extra });
  const batches = [];
  for await (const { pixels, ...batch } of loader.epoch(epoch, from)) {
    batches.push({ ...batch, pixels: pixels.slice() });
  }
  await loader.close();
  return batches;
}

describe('createLoader', () => {
  it('makes the batches of an epoch as they are made without workers', async () => {
    const dataset = await openDataset(options.source, { validationShare: 0 });
    const order = createEpochOrder(COUNT, 5, 3);
    const { preprocessing } = options;
    const pipeline = createPipeline(OPERATIONS, { preprocessing, colors: null });
    const expected = [];
    for (let first = 0; first < COUNT; first += BATCH) {
      const rows = order.slice(first, first + BATCH);
      const maker = pipeline.at({ seed: 5, epoch: 3, first });
      const batch = await makeBatch(dataset.train, rows, maker, { classes: 2, fast: true });
      expected.push({ ...batch, index: first / BATCH });
    }
    await dataset.close();
    expect(await readEpoch()).toEqual(expected);
    expect(await readEpoch({}, 3, 2)).toEqual(expected.slice(2));
    expect(expected.at(-1)?.pixels).toHaveLength((COUNT % BATCH) * SIDE * SIDE * 3);
    // Another epoch and another seed are other orders.
    const ids = expected.flatMap((batch) => batch.ids);
    for (const other of [await readEpoch({}, 4), await readEpoch({ seed: 6 })]) {
      expect(other.flatMap((batch) => batch.ids)).not.toEqual(ids);
    }
  });

  it('makes them as bytes where it is told to and the operations allow it', async () => {
    const floats = await readEpoch();
    const read = async (operations: readonly OperationInput[]) => {
      const loader = await createLoader({ ...options, operations, bytes: true });
      const made: Float32Array[] = [];
      let areBytes = true;
      for await (const { pixels, imageShape } of loader.epoch(3)) {
        areBytes &&= !(pixels instanceof Float32Array);
        made.push(floatsOf(pixels, imageShape).slice());
      }
      await loader.close();
      return { made, areBytes };
    };
    const { made, areBytes } = await read(OPERATIONS);
    expect(areBytes).toBe(true);
    made.forEach((values, i) => {
      const own = floats[i]?.pixels as Float32Array;
      expect(values).toHaveLength(own.length);
      values.forEach((value, at) => {
        expect(value).toBeCloseTo(own[at] as number, 4);
      });
    });
    expect((await read([...OPERATIONS, { op: 'mixup' }])).areBytes).toBe(false);
  });

  it('weighs classes by the whole batch, whatever share of it is made', async () => {
    const operations: readonly OperationInput[] = [...OPERATIONS, { op: 'classWeights' }];
    const targets = async (share: { readonly rank: number; readonly size: number }) =>
      (await readEpoch({ operations, share })).map((batch) => [...batch.targets]);
    const [first, second] = [
      await targets({ rank: 0, size: 2 }),
      await targets({ rank: 1, size: 2 }),
    ];
    const shares = first.map((rows, i) => [...rows, ...(second[i] ?? [])]);
    expect(shares).toEqual(await targets({ rank: 0, size: 1 }));
  });

  it('says what it will make', async () => {
    const loader = await createLoader(options);
    expect(loader).toMatchObject({ classNames: ['a', 'b'], images: COUNT, batches: 4 });
    await loader.close();
    const plainly = await createLoader({ ...options, fast: false, seed: 0 });
    expect(plainly.decoder).toBe('sharp');
    await plainly.close();
  });

  it('reads in order where it is told to, and validation images of themselves', async () => {
    const ids = async (extra: Partial<LoaderOptions>) =>
      (await readEpoch(extra)).flatMap((batch) => batch.ids);
    const train = await openDataset(options.source, { validationShare: 0 });
    const inOrder = train.train.records.map(({ id }) => id);
    await train.close();
    expect(await ids({ shuffle: false })).toEqual(inOrder);
    expect(await ids({})).not.toEqual(inOrder);
    const held = { validationShare: 0.4, splitSeed: 3 };
    const { validation, close } = await openDataset(options.source, held);
    const validationIds = validation.records.map(({ id }) => id);
    await close();
    expect(await ids({ ...held, split: 'validation' })).toEqual(validationIds);
    expect(await ids({ ...held, splitSeed: 4, split: 'validation' })).not.toEqual(validationIds);
  });

  it('never makes more than `prefetch` batches ahead of the one in use', async () => {
    let made = 0;
    const onWorkerStart = (worker: Worker) =>
      void worker.on('message', ({ type }) => {
        if (type === 'done') made++;
      });
    const loader = await createLoader({ ...options, batch: 1, prefetch: 3, onWorkerStart });
    const batches = loader.epoch(0);
    for (const asked of [1, 2, 3]) {
      await batches.next();
      await vi.waitFor(() => expect(made).toBe(3 + asked));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(made).toBe(3 + asked);
    }
    await loader.close();
  });

  it('makes the batch of a worker that dies again', async () => {
    const expected = await readEpoch();
    const workers: Worker[] = [];
    const deaths: unknown[] = [];
    const loader = await createLoader({
      ...options,
      workers: 1,
      onWorkerStart: (worker) => workers.push(worker),
      onWorkerDeath: (death) => deaths.push(death),
    });
    const batches = [];
    for await (const { pixels, ...batch } of loader.epoch(3)) {
      batches.push({ ...batch, pixels: pixels.slice() });
      if (batch.index === 0) await workers[0]?.terminate();
    }
    await loader.close();
    expect(batches).toEqual(expected);
    expect(deaths).toEqual([{ reason: 'exit code 1', first: expect.anything() }]);
    expect(workers).toHaveLength(2);
  });

  it('can leave an epoch early, and reads one at a time', async () => {
    const loader = await createLoader(options);
    for await (const { index } of loader.epoch(3)) {
      await expect(loader.epoch(4).next()).rejects.toThrow('finish or leave');
      if (index === 1) break;
    }
    const seen: number[] = [];
    for await (const { index } of loader.epoch(3)) seen.push(index);
    expect(seen).toEqual([0, 1, 2, 3]);
    await loader.close();
    await expect(loader.epoch(0).next()).rejects.toThrow('the loader is closed');
  });

  it('skips broken images, names them, and stops over the share allowed', async () => {
    const file = join(options.source, 'a/broken.gif');
    await writeFile(file, 'broken');
    // One of 16: a share that is allowed, and the next smaller.
    await expect(readEpoch({ maxBrokenShare: 0.06 })).rejects.toThrow(
      /^1 of the first \d+ images cannot be read, the last being "a\/broken.gif" \(.+\); repair/,
    );
    await expect(readEpoch()).rejects.toThrow('cannot be read');
    const batches = await readEpoch({ maxBrokenShare: 1 / 16 });
    await rm(file);
    expect(batches.map(({ labels }) => labels.length).sort()).toEqual([3, 4, 4, 4]);
    expect(batches.flatMap(({ skipped }) => skipped.map(({ id }) => id))).toEqual(['a/broken.gif']);
    for (const { labels, pixels } of batches) {
      expect(pixels).toHaveLength(labels.length * SIDE * SIDE * 3);
    }
  });

  it('says plainly what is wrong with its source and options', async () => {
    await expect(createLoader({ ...options, source: '/nowhere' })).rejects.toThrow('no such data');
    for (const name of ['batch', 'workers', 'prefetch']) {
      for (const value of [0, 1.5]) {
        await expect(createLoader({ ...options, [name]: value })).rejects.toThrow(
          `${name} must be a whole number above 0, not ${value}`,
        );
      }
    }
    const operations = [{ op: 'randomCrop' }] as const;
    await expect(createLoader({ ...options, operations })).rejects.toThrow(
      'augment[0]: randomCrop',
    );
  });
});
