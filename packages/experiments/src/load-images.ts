import { createHash } from 'node:crypto';
import { type ColorStatistics, measureImageColors, resizeShorterSide } from '@alexnet/augment';
import type { Dataset, Split } from '@alexnet/data';
import type { ImageSource } from '@alexnet/trainer';
import { ExperimentError } from './experiment-error.js';
import { ImageMemory, type StoredImage } from './image-memory.js';
import type { Scale } from './scale.js';

/** The part of a data set a study works on, decoded and resized once and kept in memory. */
export interface StudyImages {
  readonly name: string;
  /** Of the ids of all images taken, in order, and their size. */
  readonly digest: string;
  readonly classNames: readonly string[];
  readonly train: ImageSource;
  readonly validation: ImageSource;
  /** Training images without augmentation: as many as there are for validation. */
  readonly trainSample: ImageSource;
  readonly colors: ColorStatistics;
  /** Images that could not be decoded, left out. */
  readonly unreadable: number;
}

/** On how many images of what. */
export interface ImageCounts {
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  readonly classes: number;
}

export function countsOf({ name, train, validation, classNames }: StudyImages): ImageCounts {
  return {
    name,
    train: train.records.length,
    validation: validation.records.length,
    classes: classNames.length,
  };
}

/** Reads the images of `scale`, shorter side in px as given. */
export async function loadImages(
  dataset: Dataset,
  scale: Scale,
  shorterSide: number,
  onProgress: (done: number, total: number) => void,
): Promise<StudyImages> {
  const chosen = evenly(
    dataset.classNames.map((_, label) => label),
    scale.classes,
  );
  const plans = [
    choose(dataset.train, chosen, scale.trainPerClass),
    choose(dataset.validation, chosen, scale.validationPerClass),
  ] as const;
  const total = plans[0].length + plans[1].length;
  const memory = new ImageMemory();
  let done = 0;
  const read = async (split: Split, indices: readonly number[], fast: boolean) => {
    const entries: Entry[] = [];
    for (const index of indices) {
      const image = await split.image(index, { fast }).catch(() => null);
      const record = split.records[index];
      if (image && record) {
        const label = chosen.indexOf(record.label);
        const stored = memory.add(resizeShorterSide(image, shorterSide));
        entries.push({ id: record.id, label, stored });
      }
      onProgress(++done, total);
    }
    return entries;
  };
  const train = await read(dataset.train, plans[0], true);
  const validation = await read(dataset.validation, plans[1], false);
  const inMemory = (entries: readonly Entry[]): ImageSource => ({
    records: entries.map(({ id, label }) => ({ id, label })),
    image: async (index) => memory.image((entries[index] as Entry).stored),
  });
  if (train.length === 0 || validation.length === 0) {
    throw new ExperimentError(
      'data',
      `no ${train.length === 0 ? 'training' : 'validation'} image could be read`,
    );
  }
  return {
    name: dataset.name,
    digest: digestOf([...train, ...validation], shorterSide),
    classNames: chosen.map((label) => dataset.classNames[label] as string),
    train: inMemory(train),
    validation: inMemory(validation),
    trainSample: inMemory(evenly(train, validation.length)),
    colors: measureImageColors(train.map(({ stored }) => memory.image(stored))),
    unreadable: total - train.length - validation.length,
  };
}

function digestOf(entries: readonly Entry[], shorterSide: number): string {
  const ids = entries.map(({ id, label }) => `${label} ${id}`);
  return createHash('sha256')
    .update([shorterSide, ...ids].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

interface Entry {
  readonly id: string;
  readonly label: number;
  readonly stored: StoredImage;
}

/** Indices of up to `perClass` images of each chosen class, in the split's order. */
function choose(split: Split, labels: readonly number[], perClass: number): number[] {
  const all = split.records.map((_, index) => index);
  return labels.flatMap((label) =>
    evenly(
      all.filter((index) => split.records[index]?.label === label),
      perClass,
    ),
  );
}

/** `count` of `items`, evenly spread, or all when there are fewer. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  const take = Math.min(count, items.length);
  return Array.from(
    { length: take },
    (_, at) => items[Math.floor((at * items.length) / take)] as T,
  );
}
