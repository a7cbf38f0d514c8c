import type { OpenedModel } from '@alexnet/convert';
import {
  type ReadInWorkerOptions,
  readInWorker,
  UndescribedError,
} from '../lib/weights/read-in-worker.js';
import type { Description } from '../lib/weights/read-weights.js';
import { questions } from './questions.svelte.js';

/** How weights are read; `description` is what is known of the network before anybody is asked. */
export type ReadAskingOptions = Omit<ReadInWorkerOptions, 'description'> & {
  readonly description?: Description;
};

/**
 * Reads weights of any format and asks on the page what the file leaves open: which network it is,
 * again while what was said does not fit, and whether an inexact conversion will do. Null when the
 * reader would rather not.
 */
export async function readAsking(
  files: readonly File[],
  options: ReadAskingOptions,
): Promise<OpenedModel | null> {
  const name = files.map((file) => file.name).join(', ');
  let said = options.description ?? null;
  for (;;) {
    try {
      const read = await readInWorker(files, { ...options, description: said ?? {} });
      const inexact = read.notes.some(({ exact }) => !exact);
      return inexact && !(await questions.askNotes(name, read.notes)) ? null : read;
    } catch (error) {
      if (!(error instanceof UndescribedError)) throw error;
      const answer = await questions.askNetwork({
        name,
        reason: error.message,
        asks: error.asks,
        fitting: error.fitting,
        said,
      });
      if (answer === null) return null;
      // What is asked beside the network is said of the one that was named before.
      said = error.asks.includes('preset') ? answer : { ...said, ...answer };
    }
  }
}
