import type { MakeByteBatchOptions } from '@alexnet/augment';
import { wordsOf } from '@alexnet/model';

/** What batches are written to. */
export interface BatchMemoryOptions {
  /** Batches that are good at the same time. */
  readonly batches: number;
  /** Images of a batch, every view of one counted. */
  readonly images: number;
  readonly height: number;
  readonly width: number;
  /** Whether they are made as bytes. */
  readonly bytes: boolean;
}

/**
 * Memory for batches, used in turn: where each has new arrays, V8 marks its heap several times a second.
 *
 * @returns memory for the next batch, that of `batches` before.
 */
export function batchMemory(options: BatchMemoryOptions) {
  const { images, height, width } = options;
  const rooms = Array.from(
    { length: options.batches },
    (): Pick<MakeByteBatchOptions, 'out' | 'words'> =>
      options.bytes
        ? { words: new Int32Array(images * wordsOf([height, width, 3])) }
        : { out: new Float32Array(images * height * width * 3) },
  );
  let next = 0;
  return () => rooms[next++ % rooms.length];
}
