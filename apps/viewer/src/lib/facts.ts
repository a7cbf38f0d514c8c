import type { ModelFile } from '@alexnet/convert';
import { costSplit } from '@alexnet/model';
import { count, megabytes, millions, percent } from './format.js';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

const PRESET_TITLES: Readonly<Record<string, string>> = {
  alexnet: 'AlexNet, one tower',
  paper: 'AlexNet as the paper has it',
  original2012: 'AlexNet as the 2012 source ran it',
  caffe: 'Caffe’s AlexNet',
  caffenet: 'CaffeNet',
  torchvision: 'torchvision’s AlexNet',
  lenet5: 'LeNet-5',
  custom: 'A network of its own',
};

export function titleOf({ spec }: ModelFile): string {
  return PRESET_TITLES[spec.preset] ?? spec.preset;
}

/** What the file says about itself and what follows from its layer list. */
export function factsOf(file: ModelFile, bytes: number): Fact[] {
  const { spec } = file;
  const { total } = costSplit(spec);
  const dataset = datasetOf(file);
  return [
    ...(dataset ? [{ name: 'Data set', value: dataset }] : []),
    { name: 'Classes', value: count(spec.classes) },
    { name: 'Input', value: `${spec.input.width} × ${spec.input.height} px` },
    { name: 'Parameters', value: count(total.parameters) },
    { name: 'Multiply-adds per picture', value: millions(total.macs) },
    { name: 'File', value: megabytes(bytes) },
  ];
}

function datasetOf({ provenance }: ModelFile): string | null {
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
export function trainingSentence({ provenance }: ModelFile): string | null {
  const epochs = provenance?.epochs;
  const pictures = provenance?.trainPictures;
  if (typeof epochs !== 'number' || typeof pictures !== 'number') return null;
  const trained = `Trained on ${count(pictures)} pictures for ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  const validation = provenance?.validation as { top1?: unknown; pictures?: unknown } | undefined;
  return typeof validation?.top1 === 'number' && typeof validation.pictures === 'number'
    ? `${trained}; right about ${percent(validation.top1)} of ${count(validation.pictures)} pictures it had not seen.`
    : `${trained}.`;
}

/** Provenance as flat lines, deepest keys joined by dots; values shortened to stay readable. */
export function provenanceLines(provenance: ModelFile['provenance']): Fact[] {
  return flatten(provenance ?? {}, '').slice(0, 80);
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
