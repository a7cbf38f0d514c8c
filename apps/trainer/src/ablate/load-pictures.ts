import { createHash } from 'node:crypto';
import {
  type ColourStatistics,
  measureColours,
  type Picture,
  resizeShorterSide,
} from '@alexnet/augment';
import type { Dataset, Split } from '@alexnet/data';
import type { PictureSource } from '@alexnet/trainer';
import type { Report } from '../progress.js';
import type { Scale } from './scale.js';

/** The part of a data set an ablation works on, decoded and resized once and kept in memory. */
export interface AblationPictures {
  readonly name: string;
  /** Of the ids of all pictures taken, in order, and their size. */
  readonly digest: string;
  readonly classNames: readonly string[];
  readonly train: PictureSource;
  readonly validation: PictureSource;
  /** Training pictures without augmentation: as many as there are for validation. */
  readonly trainSample: PictureSource;
  readonly colours: ColourStatistics;
  /** Pictures that could not be decoded, left out. */
  readonly unreadable: number;
}

/** Reads the pictures of `scale`, shorter side in px as given. */
export async function loadPictures(
  dataset: Dataset,
  scale: Scale,
  shorterSide: number,
  report: Report,
): Promise<AblationPictures> {
  const chosen = evenly(
    dataset.classNames.map((_, label) => label),
    scale.classes,
  );
  const plans = [
    choose(dataset.train, chosen, scale.trainPerClass),
    choose(dataset.validation, chosen, scale.validationPerClass),
  ] as const;
  const total = plans[0].length + plans[1].length;
  let done = 0;
  const read = async (split: Split, indices: readonly number[], fast: boolean) => {
    const entries: Entry[] = [];
    for (const index of indices) {
      const picture = await split.picture(index, { fast }).catch(() => null);
      const record = split.records[index];
      if (picture && record) {
        const label = chosen.indexOf(record.label);
        entries.push({ id: record.id, label, picture: resizeShorterSide(picture, shorterSide) });
      }
      report(++done, total);
    }
    return entries;
  };
  const train = await read(dataset.train, plans[0], true);
  const validation = await read(dataset.validation, plans[1], false);
  if (train.length === 0 || validation.length === 0) {
    throw new Error(`no ${train.length === 0 ? 'training' : 'validation'} picture could be read`);
  }
  return {
    name: dataset.name,
    digest: digestOf([...train, ...validation], shorterSide),
    classNames: chosen.map((label) => dataset.classNames[label] as string),
    train: inMemory(train),
    validation: inMemory(validation),
    trainSample: inMemory(evenly(train, validation.length)),
    colours: measureColours(train.map(({ picture }) => picture)),
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
  readonly picture: Picture;
}

function inMemory(entries: readonly Entry[]): PictureSource {
  return {
    records: entries.map(({ id, label }) => ({ id, label })),
    picture: async (index) => (entries[index] as Entry).picture,
  };
}

/** Indices of up to `perClass` pictures of each chosen class, in the split's order. */
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
