import { type OpenedModel, type OpenModelOptions, openModel } from '@alexnet/convert';
import { openFiles } from '@alexnet/convert/node';
import type { PublishedWeights } from '../published/catalog.js';
import { completePublished } from '../published/complete-published.js';
import { findWeights } from './find-weights.js';
import type { FetchOptions } from './weights-cache.js';

/** What a reader needs to know that a file does not say; second files by their paths. */
export interface OpenWeightsOptions
  extends Omit<OpenModelOptions, 'mean' | 'meta' | 'prototxt'>,
    FetchOptions {
  /** What comes off a caffemodel's images: a `.binaryproto`, an `.npy`, or three numbers, BGR. */
  readonly mean?: string | readonly [blue: number, green: number, red: number];
  /** The net of a caffemodel, a `.prototxt`. */
  readonly prototxt?: string;
  /** cuda-convnet's `batches.meta`. */
  readonly meta?: string;
}

/** A network that was found by a path, a name or an address, and read. */
export interface OpenedWeights extends OpenedModel {
  /** The file that was read first. */
  readonly path: string;
  /** What is published about it. */
  readonly published: PublishedWeights | null;
}

/**
 * Finds weights as `findWeights` does and reads them; what published files do not say (classes,
 * preparation, origin) is added.
 *
 * @throws Error when there is nothing to read; FormatError when it cannot be read
 */
export async function openWeights(
  source: string,
  { mean, meta, prototxt, ...options }: OpenWeightsOptions = {},
): Promise<OpenedWeights> {
  const found = await findWeights(source, options);
  const { path, published } = found;
  const meanFile = mean ?? found.mean;
  const files = openFiles(options.signal ? { signal: options.signal } : {});
  try {
    const opened = await openModel(await files.source(path), {
      ...(published && { preset: published.preset }),
      ...options,
      ...(meanFile && {
        mean: typeof meanFile === 'string' ? await files.open(meanFile) : meanFile,
      }),
      ...(meta && { meta: await files.open(meta) }),
      ...(prototxt && { prototxt: await files.open(prototxt) }),
    });
    const model = published ? completePublished(opened.model, published) : opened.model;
    return { ...opened, model, path, published };
  } finally {
    await files.close();
  }
}
