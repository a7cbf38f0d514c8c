import type { LookReply, LookRequest } from './look.worker.js';
import type { Look } from './look-at-images.js';

/** How images are looked at: `onLook` is called for each in its order, null if undecodable. */
export type LookAtAll = (
  request: LookRequest,
  onLook: (look: Look | null) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Looks at images in a worker that ends when the signal says so. */
export const lookInWorker: LookAtAll = (request, onLook, signal) => {
  const worker = new Worker(new URL('./look.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    worker.onmessage = ({ data }: MessageEvent<LookReply>) => {
      if (data.kind === 'look') onLook(data.look);
      else if (data.kind === 'done') resolve();
      else reject(new Error(data.message));
    };
    worker.onerror = (event) =>
      reject(new Error(event.message || 'The search through the images could not start.'));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
};
