import type { Answer, OpenedModel } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import type { Description } from './read-weights.js';
import type { Reply, Request } from './read-weights.worker.js';

/** The file leaves something open that a person has to say. */
export class UndescribedError extends Error {
  override readonly name = 'UndescribedError';
  /** What would help. */
  readonly asks: readonly Answer[];
  /** Presets whose shapes the file has. */
  readonly fitting: readonly PresetName[];

  constructor(message: string, asks: readonly Answer[], fitting: readonly PresetName[]) {
    super(message);
    this.asks = asks;
    this.fitting = fitting;
  }
}

export interface ReadInWorkerOptions {
  readonly description: Description;
  readonly signal: AbortSignal;
  /** Share of the bytes read, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Reads weights of any format in a worker that ends when the signal says so.
 *
 * @throws UndescribedError, the signal's reason, or an Error with one clear line
 */
export function readInWorker(
  files: readonly File[],
  { description, signal, onProgress }: ReadInWorkerOptions,
): Promise<OpenedModel> {
  const worker = new Worker(new URL('./read-weights.worker.ts', import.meta.url), {
    type: 'module',
  });
  return new Promise<OpenedModel>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.kind === 'progress') onProgress(data.share);
      else if (data.kind === 'done') resolve(data.read);
      else if (data.kind === 'undescribed') {
        reject(new UndescribedError(data.message, data.asks, data.fitting));
      } else reject(new Error(data.message));
    };
    worker.onerror = (event) =>
      reject(new Error(event.message || 'The file reader could not start.'));
    const request: Request = { files, description };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
