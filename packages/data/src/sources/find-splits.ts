import { below, type Place } from '../archives/folder-tree.js';
import { imageFolders, imagePaths, isLayered, lookThrough } from './image-folders.js';
import type { Notes } from './notes.js';
import { isWrapperName, readSplitName, type SplitKind } from './split-names.js';
import { type SplitPlace, type SplitPlaces, testsValidate } from './split-places.js';

/** A folder named like a split. */
interface NamedSplit {
  readonly name: string;
  readonly kind: SplitKind;
  readonly place: Place;
}

/** The folder everything lies in, and the splits in it, where it has splits. */
export interface FoundLayout {
  readonly root: Place;
  readonly splits: SplitPlaces | null;
  /** Folders beside the class folders that are no class. */
  readonly passedOver: ReadonlySet<string>;
}

/**
 * Finds the splits of a source by the names of its folders, however they are spelled.
 *
 * A folder named like a split is one when class folders lie in it, or when every folder beside it is a
 * split too; among class folders, a flat `test/` or `val/` is left out and said, and a flat `train/` is
 * the vehicle. Numbered folders of one name are parts of one split.
 */
export function findSplits(tree: Place, notes: Notes): FoundLayout {
  const root = lookThrough(tree, (name) => readSplitName(name) === null);
  const names = imageFolders(root);
  noteOtherFolders(root, names, notes);
  const found = names.flatMap((name) => {
    const split = readSplitName(name);
    return split === null
      ? []
      : [{ name, ...split, place: lookThrough(below(root, name), isWrapperName) }];
  });
  const rests = new Set(found.map(({ rest }) => rest));
  const kinds = new Set(found.map(({ kind }) => kind));
  const allSplits = found.length === names.length;
  // `birds-train` and `birds-test`: splits when nothing else is there and the rest is one.
  const sameStem = allSplits && rests.size === 1 && kinds.size > 1;
  const plain = sameStem ? found : found.filter(({ rest }) => rest === '');
  const named = settleTests([...plain, ...onlyOfTheirKind(found, plain, allSplits)]);
  if (named.length === 0) return { root, splits: null, passedOver: new Set() };
  const others = names.filter((name) => !named.some((split) => split.name === name));
  const [only] = others.length === 1 ? others.map((name) => below(root, name)) : [];
  // Places365's `data_256_standard` beside `val_256`.
  const single = only !== undefined && isLayered(only) ? only : null;
  const layered = single !== null || named.some(({ place }) => isLayered(place));
  if (!layered && !(allSplits && named.length === found.length)) {
    const passedOver = named.filter(({ kind }) => kind !== 'train');
    for (const { name, place } of passedOver) {
      const { length } = imagePaths(place);
      notes.say(
        'unlabeled',
        length,
        `left out ${root.prefix}${name}/: ${length} images without labels, beside the class folders`,
      );
    }
    return { root, splits: null, passedOver: new Set(passedOver.map(({ name }) => name)) };
  }
  const placeOf = (kind: SplitKind) =>
    joinParts(
      named.filter((split) => split.kind === kind),
      notes,
    );
  const places = {
    train: placeOf('train'),
    validation: placeOf('validation'),
    test: placeOf('test'),
  };
  for (const { name, kind, place } of named) {
    if (kind !== 'unlabeled') continue;
    const { length } = imagePaths(place);
    notes.say(
      'unlabeled',
      length,
      `left out ${root.prefix}${name}/: ${length} images without labels`,
    );
  }
  const restIsTrain = places.train === null && (others.length > 1 || single !== null);
  if (!restIsTrain) {
    for (const name of others) {
      notes.leftOut('other-folders', 'folders beside the splits', `${root.prefix}${name}/`);
    }
  }
  const train = restIsTrain ? without(root, named) : places.train;
  return { root, splits: testsValidate({ ...places, train }), passedOver: new Set() };
}

/**
 * `train_mini` beside `val`, `Final_Test` beside `Training`: with another word, yet nothing else is of
 * its kind, and it is no class, since all folders are splits or class folders lie in it.
 */
function onlyOfTheirKind<Split extends NamedSplit>(
  found: readonly Split[],
  plain: readonly Split[],
  allSplits: boolean,
): readonly Split[] {
  if (plain.length === 0) return [];
  return found.filter(
    (split) =>
      found.every((other) => other === split || other.kind !== split.kind) &&
      !plain.includes(split) &&
      (allSplits || isLayered(split.place)),
  );
}

const EVALUATION = /eval/i;

/**
 * `evaluation/` beside validation images is for tests, and of a public and a private test without such,
 * as FER2013 has them, the public one is for validation.
 */
function settleTests(named: readonly NamedSplit[]): readonly NamedSplit[] {
  const of = (kind: SplitKind) => named.filter((split) => split.kind === kind);
  const [validation, test] = [of('validation'), of('test')];
  const evaluation = validation.filter(({ name }) => EVALUATION.test(name));
  if (test.length === 0 && evaluation.length > 0 && evaluation.length < validation.length) {
    return named.map((split) => (evaluation.includes(split) ? { ...split, kind: 'test' } : split));
  }
  const open = test.find(({ name }) => /public/i.test(name));
  const hidden = test.find(({ name }) => /private/i.test(name));
  if (validation.length > 0 || test.length !== 2 || !open || !hidden) return named;
  return named.map((split) => (split === open ? { ...split, kind: 'validation' } : split));
}

/** `train1`, `train.X2`, not `train2012`. */
const NUMBERED = /^(.*?\D)0*\d{1,3}$/;

/** The folders of one split: all of them where they are its numbered parts, else the first. */
function joinParts(splits: readonly NamedSplit[], notes: Notes): SplitPlace | null {
  const [first, ...others] = splits;
  if (first === undefined) return null;
  const stems = new Set(splits.map(({ name }) => NUMBERED.exec(name)?.[1]));
  if (stems.size === 1 && !stems.has(undefined)) {
    return { ...first.place, parts: others.map(({ place }) => place) };
  }
  for (const { name } of others) {
    notes.leftOut(
      'other-folders',
      'folders that are splits beside another of their kind',
      `${name}/`,
    );
  }
  return first.place;
}

/** The class folders beside `val/` or `test/` are the training images. */
function without({ folder, prefix }: Place, named: readonly { readonly name: string }[]): Place {
  const folders = new Map(folder.folders);
  for (const { name } of named) folders.delete(name);
  return { folder: { folders, files: folder.files }, prefix };
}

function noteOtherFolders({ folder, prefix }: Place, data: readonly string[], notes: Notes): void {
  for (const name of [...folder.folders.keys()].sort()) {
    if (data.includes(name)) continue;
    notes.leftOut('other-folders', 'folders of tools or of notes', `${prefix}${name}/`);
  }
}
