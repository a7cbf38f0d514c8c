import type { MessagePort } from 'node:worker_threads';
import { openDataset } from '@alexnet/data';
import { type ImageSource, makeBatch, makeByteBatch } from '../batch/make-batch.js';
import { createPipeline } from '../pipeline/create-pipeline.js';
import { END, type Job, type JobResult, type WorkerMessage, type WorkerSetup } from './messages.js';
import { AHEAD, type OpenSlot, openSlot } from './slot.js';

/** Opens the source and makes the batches it is told to, one after the other, until it is told to end. */
export async function serveJobs(
  setup: WorkerSetup,
  port: Pick<MessagePort, 'on' | 'postMessage' | 'close'>,
): Promise<void> {
  const say = (message: WorkerMessage) => port.postMessage(message);
  const fail = (error: unknown) =>
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  try {
    const makeJob = await openJobs(setup);
    let working: Promise<void> = Promise.resolve();
    port.on('message', (message: Job | typeof END) => {
      if (message === END) working.then(() => port.close());
      else working = makeJob(message).then((result) => say({ type: 'done', result }), fail);
    });
    say({ type: 'ready' });
  } catch (error) {
    fail(error);
  }
}

async function openJobs(setup: WorkerSetup): Promise<(job: Job) => Promise<JobResult>> {
  const { operations, context, classes, seed, fast } = setup;
  const dataset = await openDataset(setup.source, setup.open);
  const split = dataset[setup.split];
  const pipeline = createPipeline(operations, context);

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
  /** The split, decoding into the slot: `makeBatch` reads in order and keeps AHEAD images at most. */
  const sourceInto = (slot: OpenSlot): ImageSource => {
    let asked = 0;
    return {
      records: split.records,
      image: (index) => {
        const place = asked++ % AHEAD;
        return split.image(index, { fast, into: (bytes) => roomFor(slot, place, bytes) });
      },
    };
  };

  return async ({ slot: number, epoch, first, indices, whole }) => {
    const slot = slots[number] as OpenSlot;
    const maker = pipeline.at({ seed, epoch, first }, slot.write);
    const options = { classes, ahead: AHEAD, out: slot.batch, words: slot.words, whole };
    const make = setup.bytes ? makeByteBatch : makeBatch;
    const { pixels, labels, targets, ids, skipped } = await make(
      sourceInto(slot),
      indices,
      maker,
      options,
    );
    const table = pixels instanceof Float32Array ? {} : { table: pixels.table };
    return { labels, targets, ids, skipped, ...table };
  };
}
