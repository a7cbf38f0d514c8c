import { parentPort, workerData } from 'node:worker_threads';
import { openDataset, type Picture, UndecodablePictureError } from '@alexnet/data';
import { augmentInto } from '../augment-into.js';
import { createExampleRngs } from '../example-rngs.js';
import type { BrokenPicture, Job, JobResult, WorkerMessage, WorkerSetup } from './messages.js';

/** Pictures read ahead within a batch: hides the disk, where the source reads asynchronously. */
const AHEAD = 4;

const setup: WorkerSetup = workerData;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);
const fail = (error: unknown) =>
  say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });

try {
  const dataset = await openDataset(setup.source, setup.open);
  const split = dataset[setup.split];

  // One piece of memory for each picture that may be in flight.
  const memory = Array.from({ length: AHEAD }, () => new Uint8Array(0));
  const fetch = async (index: number, place: number): Promise<Picture | BrokenPicture> => {
    const into = memory[place] as Uint8Array;
    try {
      const picture = await split.picture(index, { fast: setup.fast, into });
      const size = picture.data.length;
      if (size > into.length) memory[place] = new Uint8Array(size);
      return picture;
    } catch (error) {
      if (!(error instanceof UndecodablePictureError)) throw error;
      return { id: split.records[index]?.id ?? '', reason: error.reason };
    }
  };

  const makeBatch = async ({ slot, epoch, first, indices }: Job): Promise<JobResult> => {
    const { preprocessing, recipe, colours, meanImage, seed, chunk, slots } = setup;
    const out = new Float32Array(slots[slot] as SharedArrayBuffer);
    const size = preprocessing.crop.height * preprocessing.crop.width * 3;
    const labels: number[] = [];
    const broken: BrokenPicture[] = [];
    const ahead: Promise<Picture | BrokenPicture>[] = [];
    for (const [i, index] of indices.entries()) {
      while (ahead.length < AHEAD && i + ahead.length < indices.length) {
        const next = i + ahead.length;
        ahead.push(fetch(indices[next] as number, next % AHEAD));
      }
      const picture = await (ahead.shift() as Promise<Picture | BrokenPicture>);
      if ('reason' in picture) {
        broken.push(picture);
        continue;
      }
      augmentInto(out, labels.length * size, picture, {
        preprocessing,
        recipe,
        colours,
        ...createExampleRngs({ seed, epoch, index: first + i, chunk }),
        ...(meanImage === null ? {} : { meanImage }),
      });
      labels.push(split.records[index]?.label ?? 0);
    }
    return { labels: Int32Array.from(labels), broken };
  };

  parentPort?.on('message', (job: Job) => {
    makeBatch(job).then((result) => say({ type: 'done', result }), fail);
  });
  say({ type: 'ready' });
} catch (error) {
  fail(error);
}
