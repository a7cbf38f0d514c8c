import { type Answer, blobSource, type OpenedModel, UnsaidError } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import { fittingPresets } from './fitting-presets.js';
import { type Description, readWeights } from './read-weights.js';
import { weightsSource } from './weights-source.js';

export interface Request {
  readonly files: readonly File[];
  readonly description: Description;
}

export type Reply =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly read: OpenedModel }
  | {
      readonly kind: 'undescribed';
      readonly message: string;
      readonly asks: readonly Answer[];
      readonly fitting: readonly PresetName[];
    }
  | { readonly kind: 'failed'; readonly message: string };

/** Reading a quarter of a gigabyte would freeze the page, so it happens here. */
addEventListener('message', async ({ data: { files, description } }: MessageEvent<Request>) => {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const open = (file: File) =>
    weightsSource(file, (bytes) => {
      done += bytes;
      reply({ kind: 'progress', share: Math.min(1, done / total) });
    });
  try {
    const read = await readWeights(files, { description, open });
    const buffers = new Set<ArrayBuffer>();
    for (const { data } of read.model.weights.values()) buffers.add(data.buffer as ArrayBuffer);
    reply({ kind: 'done', read }, [...buffers]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof UnsaidError)) return reply({ kind: 'failed', message });
    const fitting = await fittingPresets(files, description, blobSource);
    reply({ kind: 'undescribed', message, asks: error.asks, fitting });
  }
});

function reply(message: Reply, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
