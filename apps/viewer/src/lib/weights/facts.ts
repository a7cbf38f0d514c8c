import type { Model } from '@alexnet/convert';
import { costSplit } from '@alexnet/model';
import { count, megabytes, millions, percent } from '../page/format.js';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What networks are called on the page. */
export const PRESET_TITLES: Readonly<Record<string, string>> = {
  alexnet: 'AlexNet, one tower',
  paper: 'AlexNet as the paper has it',
  original2012: 'AlexNet as the 2012 source ran it',
  caffe: 'Caffe’s AlexNet',
  caffenet: 'CaffeNet',
  torchvision: 'torchvision’s AlexNet',
  lenet5: 'LeNet-5',
  custom: 'A network of its own',
};

export function titleOf({ spec }: Model): string {
  return PRESET_TITLES[spec.preset] ?? spec.preset;
}

/** What the file says about itself and what follows from its layer list. */
export function factsOf(file: Model, bytes: number): Fact[] {
  const { spec } = file;
  const { total } = costSplit(spec);
  const dataset = datasetOf(file);
  return [
    ...(dataset ? [{ name: 'Data set', value: dataset }] : []),
    { name: 'Classes', value: count(spec.classes) },
    { name: 'Input', value: `${spec.input.width} × ${spec.input.height} px` },
    { name: 'Parameters', value: count(total.parameters) },
    { name: 'Multiply-adds per image', value: millions(total.macs) },
    { name: 'File', value: megabytes(bytes) },
  ];
}

function datasetOf({ provenance }: Model): string | null {
  for (const key of ['dataset', 'data', 'source']) {
    const value = provenance?.[key];
    if (typeof value === 'string') return value;
  }
  return null;
}

/**
 * What the file says about its training in one sentence, from the keys `alexnet train` writes; null
 * when it says nothing of the kind.
 */
export function trainingSentence({ provenance }: Model): string | null {
  const epochs = provenance?.epochs;
  // Files written before 0.1.0 say pictures.
  const images = provenance?.trainImages ?? provenance?.trainPictures;
  if (typeof epochs !== 'number' || typeof images !== 'number') return null;
  const trained = `Trained on ${count(images)} images for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  const validation = provenance?.validation as Record<string, unknown> | undefined;
  const seen = validation?.images ?? validation?.pictures;
  return typeof validation?.top1 === 'number' && typeof seen === 'number'
    ? `${trained}; right about ${percent(validation.top1)} of ${count(seen)} images it had not seen.`
    : `${trained}.`;
}

/** What of the provenance is not in the model card, as flat lines, deepest keys joined by dots; values shortened to stay readable. */
export function provenanceLines(provenance: Model['provenance']): Fact[] {
  const { title, by, page, license, precision, accuracy, measured, ...rest } = provenance ?? {};
  return flatten(rest, '').slice(0, 80);
}

function flatten(value: unknown, name: string): Fact[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      flatten(inner, name ? `${name}.${key}` : key),
    );
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [{ name, value: text.length > 200 ? `${text.slice(0, 200)}…` : text }];
}
