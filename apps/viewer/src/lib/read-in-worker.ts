import type { OpenedModel } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import type { Reply, Request } from './read-weights.worker.js';

/** The shapes in the file fit several networks, or none: a person has to say which it is. */
export class UnknownPresetError extends Error {
  override readonly name = 'UnknownPresetError';
}

export interface ReadInWorkerOptions {
  readonly preset: PresetName | null;
  readonly signal: AbortSignal;
  /** Share of the bytes read, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Reads weights of any format in a worker that ends when the signal says so.
 *
 * @throws UnknownPresetError, the signal's reason, or an Error with one clear line
 */
export function readInWorker(
  files: readonly File[],
  { preset, signal, onProgress }: ReadInWorkerOptions,
): Promise<OpenedModel> {
  const worker = new Worker(new URL('./read-weights.worker.ts', import.meta.url), {
    type: 'module',
  });
  return new Promise<OpenedModel>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.kind === 'progress') onProgress(data.share);
      else if (data.kind === 'done') resolve(data.read);
      else if (data.code === 'ambiguous') reject(new UnknownPresetError(data.message));
      else reject(new Error(data.message));
    };
    worker.onerror = (event) =>
      reject(new Error(event.message || 'The file reader could not start.'));
    const request: Request = { files, preset };
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
