import { completePublished, fetchPublished, type PublishedWeights } from '@alexnet/classifier';
import type { Model } from '@alexnet/convert';

/** The files of published weights under their own names: the network, then its mean image. */
export async function publishedFiles(
  published: PublishedWeights,
  options: { readonly signal: AbortSignal; readonly onShare: (share: number | null) => void },
): Promise<File[]> {
  const { weights, mean } = await fetchPublished(published, {
    signal: options.signal,
    onProgress: (bytes, total) => options.onShare(total > 0 ? bytes / total : null),
  });
  return [
    new File([weights], published.weights.url.split('/').at(-1) ?? published.name),
    ...(mean && published.mean ? [new File([mean], published.mean.member)] : []),
  ];
}

/** A network read from them, with its classes, preparation and origin. */
export const completed = (model: Model, published: PublishedWeights): Model =>
  completePublished(model, published);
