import type { Model } from '@alexnet/convert';
import { describePreprocessing } from '@alexnet/model';
import type { PublishedWeights } from './catalog.js';

/** What the weights expect of an image, in words. */
export function expects({ preprocessing }: PublishedWeights): string {
  return preprocessing
    ? describePreprocessing(preprocessing)
    : 'squashed to 256×256 px (bilinear, not antialiased), center 227×227, BGR 0 to 255, minus a 256×256 mean image';
}

/** What, by whom, license, preparation and accuracy of a network, as lines of a label and a text. */
export function modelCard(
  model: Omit<Model, 'weights'>,
): readonly (readonly [label: string, text: string])[] {
  const { spec, preprocessing, provenance } = model;
  const text = (key: string) => {
    const value = provenance?.[key];
    return typeof value === 'string' ? ([[key, value]] as const) : [];
  };
  const rounded = text('precision').length > 0;
  return [
    ...text('title'),
    ...text('by'),
    ...text('page'),
    ...text('license'),
    [
      'network',
      `${spec.preset}, ${spec.input.width}×${spec.input.height} px, ${spec.classes} classes`,
    ],
    ...text('precision'),
    [
      'images',
      preprocessing
        ? describePreprocessing(preprocessing)
        : 'the file does not say how they are prepared',
    ],
    ...accuracyOf(provenance?.accuracy, rounded ? 'published, as f32' : 'as published'),
    ...accuracyOf(provenance?.measured, 'as measured here'),
  ];
}

function accuracyOf(value: unknown, whence: string): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { data, images, view, top1, top5 } = value as Record<string, unknown>;
  if (typeof top1 !== 'number' || typeof top5 !== 'number') return [];
  const what = images === undefined ? data : `${images} images of ${data}`;
  return [[whence, `top-1 ${top1} %, top-5 ${top5} % (${what}, ${view})`]];
}
