import type { ModelFile } from '@alexnet/convert';

type Reply = { readonly file: ModelFile } | { readonly error: string };

/** Parses a weights file in a worker. Takes the buffer with it. Throws what `readModel` throws. */
export function readModelFile(bytes: ArrayBuffer): Promise<ModelFile> {
  const worker = new Worker(new URL('./read-model.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<ModelFile>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      if ('file' in data) resolve(data.file);
      else reject(new Error(data.error));
    };
    worker.onerror = (event) =>
      reject(new Error(event.message || 'The file reader could not start.'));
    worker.postMessage(bytes, [bytes]);
  }).finally(() => worker.terminate());
}
