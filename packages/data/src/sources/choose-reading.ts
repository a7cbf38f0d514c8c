import type { LabeledPath } from './labeled-image.js';
import type { SplitKind } from './split-names.js';
import type { Table } from './tables.js';

/** What a table says of the images, and how well its column of classes is known, from 0, the best. */
export interface Reading {
  readonly tables: readonly Table[];
  readonly labeled: LabeledPath[];
  readonly strays: number;
  readonly rank: number;
  /** What its user should know of it. */
  readonly remarks: readonly string[];
}

/** Why a table that names the images is not read. */
export interface Problem {
  readonly message: string;
  /** It says too little, which is no fault in a table that may be about other images. */
  readonly isUnclear?: true;
  readonly rank: number;
}

/** The one that names most images, then the one whose column of classes has the better known name. */
export function bestOf(readings: readonly Reading[]): Reading | null {
  return readings.reduce<Reading | null>(
    (best, read) => (best === null || isBetter(read, best) ? read : best),
    null,
  );
}

function isBetter(a: Reading, b: Reading): boolean {
  const [more, fewer] = [a.labeled.length, b.labeled.length];
  return more > fewer || (more === fewer && a.rank < b.rank);
}

const TRAINVAL = /train_?val/i;

/** Without lists of training and validation images together where each has its own. */
export function withoutTrainval<Read>(
  reads: readonly Read[],
  about: (read: Read) => { readonly path: string; readonly kinds: Iterable<SplitKind | null> },
): readonly Read[] {
  const parts = reads.filter((read) => !TRAINVAL.test(about(read).path.split('/').at(-1) ?? ''));
  const kinds = new Set(parts.flatMap((read) => [...about(read).kinds]));
  return kinds.has('train') && kinds.has('validation') ? parts : reads;
}

/**
 * Tables called as different splits, of images in one folder, are one: mini-ImageNet's `train.csv`,
 * `val.csv` and `test.csv`. `null` where there are none, or two of them name one image.
 */
export function joinSplits(readings: readonly Reading[]): Reading | null {
  const of = (kind: SplitKind) =>
    bestOf(readings.filter(({ tables: [table] }) => table?.kind === kind));
  const parts = (['train', 'validation', 'test'] as const).flatMap((split) => {
    const part = of(split);
    return part === null ? [] : [{ ...part, split }];
  });
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return null;
  const labeled = parts.flatMap((part) =>
    part.labeled.map((image) => ({ ...image, split: image.split ?? part.split })),
  );
  if (new Set(labeled.map(({ path }) => path)).size < labeled.length) return null;
  return {
    labeled,
    tables: parts.flatMap(({ tables }) => tables),
    strays: parts.reduce((sum, { strays }) => sum + strays, 0),
    rank: Math.max(...parts.map(({ rank }) => rank)),
    remarks: [...new Set(parts.flatMap(({ remarks }) => remarks))],
  };
}

/** Two tables as good as each other that give an image two classes. */
export function contradictionOf(
  best: Reading,
  readings: readonly Reading[],
  name: string,
): Problem | null {
  for (const part of readings.filter(
    ({ tables: [table] }) => table && best.tables.includes(table),
  )) {
    const classes = new Map(part.labeled.map(({ path, className }) => [path, className]));
    for (const { tables, labeled, rank } of readings) {
      if (rank !== part.rank || labeled.length !== part.labeled.length) continue;
      const other = labeled.find(
        ({ path, className }) => classes.has(path) && classes.get(path) !== className,
      );
      if (other === undefined) continue;
      const both = pathsOf([...part.tables, ...tables]);
      const asClasses = `"${classes.get(other.path)}" and "${other.className}"`;
      return {
        message: `${name}: ${both} give ${other.path} different classes, ${asClasses}: leave one of them`,
        isUnclear: true,
        rank,
      };
    }
  }
  return null;
}

/** For messages. */
export function pathsOf(tables: readonly Pick<Table, 'path'>[]): string {
  return new Intl.ListFormat('en').format(tables.map(({ path }) => path));
}
