import { FormatError, type OpenedModel } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import { readWeights } from './read-weights.js';
import { weightsSource } from './weights-source.js';

export interface Request {
  readonly files: readonly File[];
  readonly preset: PresetName | null;
}

export type Reply =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly read: OpenedModel }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | null };

/** Reading a quarter of a gigabyte would freeze the page, so it happens here. */
addEventListener('message', async ({ data: { files, preset } }: MessageEvent<Request>) => {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const open = (file: File) =>
    weightsSource(file, (bytes) => {
      done += bytes;
      reply({ kind: 'progress', share: Math.min(1, done / total) });
    });
  try {
    const read = await readWeights(files, { preset, open });
    const buffers = new Set<ArrayBuffer>();
    for (const { data } of read.model.weights.values()) buffers.add(data.buffer as ArrayBuffer);
    reply({ kind: 'done', read }, [...buffers]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ kind: 'failed', message, code: error instanceof FormatError ? error.code : null });
  }
});

function reply(message: Reply, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
