import type { FetchOptions } from '@alexnet/classifier/node';
import { interruptible } from './interruptible.js';
import { withProgress } from './progress.js';

const MEGABYTE = 1e6;

/** Runs a task that may fetch weights, under a progress bar; Ctrl-C keeps what has come. */
export function fetching<T>(
  task: (options: Pick<FetchOptions, 'signal' | 'onProgress'>) => Promise<T>,
): Promise<T> {
  return interruptible(
    { saying: 'stopping', ended: 'interrupted: what has come is kept, the next try goes on' },
    (signal) =>
      withProgress('fetching weights', (report) =>
        task({
          signal,
          onProgress: (bytes, total) =>
            report(Math.floor(bytes / MEGABYTE), Math.ceil(total / MEGABYTE), 'MB'),
        }),
      ),
  );
}
