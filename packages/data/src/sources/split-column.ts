import type { LabeledImage } from './labeled-image.js';
import type { Notes } from './notes.js';
import type { SplitKind } from './split-names.js';

/** The images of each split; `null` where nothing says what those of its place are. */
export interface SplitImages {
  readonly train: readonly LabeledImage[] | null;
  readonly validation: readonly LabeledImage[] | null;
  readonly test: readonly LabeledImage[] | null;
}

/** Divides images by what a table says they are for, and where it says nothing by their place. */
export function bySplitColumn(found: SplitImages, notes: Notes): SplitImages {
  const { train, validation, test } = found;
  const placed: readonly (readonly [SplitKind, readonly LabeledImage[] | null])[] = [
    ['train', train],
    ['validation', validation],
    ['test', test],
  ];
  const all = placed.flatMap(([place, images]) =>
    (images ?? []).map((image) => ({ image, kind: image.split ?? place })),
  );
  if (!all.some(({ image }) => image.split !== undefined)) return found;
  const of = (kind: SplitKind) => all.filter((one) => one.kind === kind).map(({ image }) => image);
  for (const { path } of of('unlabeled')) {
    notes.leftOut('unlabeled', 'images their table calls unlabeled', path);
  }
  const [held, kept] = [of('validation'), of('test')];
  return held.length > 0
    ? { train: of('train'), validation: held, test: kept }
    : { train: of('train'), validation: kept, test: null };
}
