import {
  completePublished,
  fetchPublished,
  type PublishedWeights,
  type SmallerDtype,
  variantName,
} from '@alexnet/classifier';
import type { Model } from '@alexnet/convert';

export interface PublishedOptions {
  readonly signal: AbortSignal;
  readonly onShare: (share: number | null) => void;
  /** With fewer digits, from the page's own server; left out: as they were published. */
  readonly dtype: SmallerDtype | undefined;
}

/** The files of published weights under their own names: the network, then its mean image. */
export async function publishedFiles(
  published: PublishedWeights,
  { signal, onShare, dtype }: PublishedOptions,
): Promise<File[]> {
  const { weights, mean } = await fetchPublished(published, {
    signal,
    onProgress: (bytes, total) => onShare(total > 0 ? bytes / total : null),
    ...(dtype && { dtype }),
  });
  const original = published.weights.url.split('/').at(-1) ?? published.name;
  return [
    new File([weights], dtype ? variantName(published, dtype) : original),
    ...(mean && published.mean ? [new File([mean], published.mean.member)] : []),
  ];
}

/** A network read from them, with its classes, preparation and origin. */
export const completed = (model: Model, published: PublishedWeights): Model =>
  completePublished(model, published);
