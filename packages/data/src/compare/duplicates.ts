import { createHash } from 'node:crypto';
import type { Dataset, Split } from '../dataset.js';

/** An image that stands on both sides of the split. */
export interface Duplicate {
  readonly train: string;
  readonly validation: string;
}

/**
 * Finds images that are both trained and validated on, byte for byte the same file. Only images whose
 * sizes occur on both sides are read.
 *
 * @returns `null` when these are more than `limit`.
 */
export async function findDuplicates(
  { train, validation }: Pick<Dataset, 'train' | 'validation'>,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
    /** Images that are read at most; default 20,000. */
    readonly limit?: number;
  } = {},
): Promise<Duplicate[] | null> {
  const validationSizes = await indicesBySize(validation, options.signal);
  const trainSizes = await indicesBySize(train, options.signal);
  const shared = [...validationSizes].filter(([size]) => size > 0 && trainSizes.has(size));
  const total = shared.reduce(
    (sum, [size, indices]) => sum + indices.length + (trainSizes.get(size)?.length ?? 0),
    0,
  );
  if (total > (options.limit ?? 20_000)) return null;
  let done = 0;
  const digest = async (split: Split, index: number) => {
    options.signal?.throwIfAborted();
    options.onProgress?.(++done, total);
    const bytes = await split.bytes(index).catch(() => null);
    return bytes && createHash('sha256').update(bytes).digest('base64');
  };
  const found: Duplicate[] = [];
  for (const [size, indices] of shared) {
    const held = new Map<string, string[]>();
    for (const index of indices) {
      const hash = await digest(validation, index);
      const id = validation.records[index]?.id ?? '';
      if (hash !== null) held.set(hash, [...(held.get(hash) ?? []), id]);
    }
    for (const index of trainSizes.get(size) ?? []) {
      const hash = await digest(train, index);
      for (const id of held.get(hash ?? '') ?? []) {
        found.push({ train: train.records[index]?.id ?? '', validation: id });
      }
    }
  }
  return found;
}

async function indicesBySize(
  split: Split,
  signal: AbortSignal | undefined,
): Promise<Map<number, number[]>> {
  const bySize = new Map<number, number[]>();
  for (const index of split.records.keys()) {
    if (index % 1000 === 0) signal?.throwIfAborted();
    const size = await split.size(index);
    const own = bySize.get(size);
    if (own === undefined) bySize.set(size, [index]);
    else own.push(index);
  }
  return bySize;
}
