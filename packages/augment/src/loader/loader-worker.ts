import { parentPort, workerData } from 'node:worker_threads';
import { openDataset, type RgbImage, UndecodableImageError } from '@alexnet/data';
import { augmentInto } from '../augment-into.js';
import { createExampleRngs } from '../example-rngs.js';
import type { BrokenImage, Job, JobResult, WorkerMessage, WorkerSetup } from './messages.js';
import { AHEAD, type OpenSlot, openSlot } from './slot.js';

const setup: WorkerSetup = workerData;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);
const fail = (error: unknown) =>
  say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });

try {
  const dataset = await openDataset(setup.source, setup.open);
  const split = dataset[setup.split];

  const slots = setup.slots.map(openSlot);
  // For images the slots have no room for, one piece for each that may be in flight.
  const spare = Array.from({ length: AHEAD }, () => new Uint8Array(0));
  const roomFor = (slot: OpenSlot, place: number, bytes: number): Uint8Array => {
    const room = slot.room(place, bytes);
    if (room !== null) return room;
    const own = spare[place] as Uint8Array;
    if (own.length >= bytes) return own;
    const larger = new Uint8Array(bytes);
    spare[place] = larger;
    return larger;
  };
  const fetch = async (
    index: number,
    place: number,
    slot: OpenSlot,
  ): Promise<RgbImage | BrokenImage> => {
    const into = (bytes: number) => roomFor(slot, place, bytes);
    try {
      return await split.image(index, { fast: setup.fast, into });
    } catch (error) {
      if (!(error instanceof UndecodableImageError)) throw error;
      return { id: split.records[index]?.id ?? '', reason: error.reason };
    }
  };

  const makeBatch = async ({ slot: number, epoch, first, indices }: Job): Promise<JobResult> => {
    const { preprocessing, recipe, colors, seed, chunk } = setup;
    const slot = slots[number] as OpenSlot;
    const size = preprocessing.crop.height * preprocessing.crop.width * 3;
    const labels: number[] = [];
    const broken: BrokenImage[] = [];
    const ahead: Promise<RgbImage | BrokenImage>[] = [];
    for (const [i, index] of indices.entries()) {
      while (ahead.length < AHEAD && i + ahead.length < indices.length) {
        const next = i + ahead.length;
        ahead.push(fetch(indices[next] as number, next % AHEAD, slot));
      }
      const image = await (ahead.shift() as Promise<RgbImage | BrokenImage>);
      if ('reason' in image) {
        broken.push(image);
        continue;
      }
      augmentInto(slot.batch, labels.length * size, image, {
        preprocessing,
        recipe,
        colors,
        write: slot.write,
        ...createExampleRngs({ seed, epoch, index: first + i, chunk }),
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
