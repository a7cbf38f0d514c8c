import type { Model } from '@alexnet/convert';
import { IMAGENET_CLASSES } from '@alexnet/model/imagenet';
import type { PublishedWeights } from './catalog.js';

/** A network read from published weights, with what its file does not say: classes, preparation, origin. */
export function completePublished<T extends Omit<Model, 'weights'>>(
  model: T,
  published: PublishedWeights,
): T {
  const { name, title, by, page, license, weights, accuracy } = published;
  return {
    ...model,
    preprocessing: model.preprocessing ?? published.preprocessing,
    classNames: model.classNames ?? IMAGENET_CLASSES.map((each) => each.name),
    provenance: {
      ...model.provenance,
      name,
      title,
      by,
      page,
      license,
      url: weights.url,
      [weights.checksum.algorithm]: weights.checksum.value,
      accuracy: { data: 'ILSVRC-2012 validation', view: 'center crop', ...accuracy },
    },
  };
}
