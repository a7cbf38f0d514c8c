import { fileKind } from '../archives/file-kind.js';
import { below, dataFolders, type Folder, type Place } from '../archives/folder-tree.js';
import type { Notes } from './notes.js';
import { isWrapperName, readSplitName, type SplitKind } from './split-names.js';

/** Where the images of each split lie; the classes are read from there. */
export interface SplitPlaces {
  readonly train: Place | null;
  readonly validation: Place | null;
  readonly test: Place | null;
}

/** The folder everything lies in, and the splits in it, where it has splits. */
export interface FoundLayout {
  readonly root: Place;
  readonly splits: SplitPlaces | null;
  /** Folders beside the class folders that are no class. */
  readonly passedOver: ReadonlySet<string>;
}

export const CLASS_TAR = /^n\d{8}\.tar$/;
/** Folders of notes about images, which hold none of their own. */
export const ABOUT =
  /^(annotations?|labels?|xmls?|jsons?|csvs?|meta|metadata|docs?|documentation|devkit|.*_devkit.*|splits?|lists?|image_?sets?|bbox(es)?|scripts?|code|models?|logs?|results?)$/i;

/** True when something below may be an image, by its name. */
export function mayHoldImages(folder: Folder): boolean {
  for (const name of folder.files) {
    const kind = fileKind(name);
    if (kind === 'image' || kind === 'unknown' || kind === 'unread-image') return true;
    if (CLASS_TAR.test(name)) return true;
  }
  return dataFolders(folder).some((name) => mayHoldImages(folder.folders.get(name) as Folder));
}

/** True for a folder of class folders (or of ImageNet's class tars), false for one of images. */
function isLayered({ folder }: Place): boolean {
  return (
    [...folder.files].some((name) => CLASS_TAR.test(name)) ||
    dataFolders(folder).some((name) => mayHoldImages(folder.folders.get(name) as Folder))
  );
}

/** Steps into a folder that is alone at its level and holds folders itself. */
function lookThrough(place: Place, isWrapper: (name: string) => boolean): Place {
  const names = imageFolders(place);
  const [only = ''] = names;
  const inside = below(place, only);
  if (names.length !== 1 || !isWrapper(only)) return place;
  if ([...place.folder.files].some((name) => fileKind(name) === 'image')) return place;
  return isLayered(inside) || isNestedSplit(place, only, inside)
    ? lookThrough(inside, isWrapper)
    : place;
}

/** `seg_pred/seg_pred/0.jpg`: a flat folder in one of its own name. */
function isNestedSplit({ prefix }: Place, only: string, { folder }: Place): boolean {
  return prefix.endsWith(`/${only}/`) || (prefix === `${only}/` && folder.files.size > 0);
}

/** Data folders that may hold images, and those that do not even look like notes about them. */
function imageFolders({ folder }: Place): string[] {
  return dataFolders(folder).filter(
    (name) => mayHoldImages(folder.folders.get(name) as Folder) || !ABOUT.test(name),
  );
}

/**
 * Finds the splits of a source by the names of its folders, however they are spelled.
 *
 * A folder named like a split is one when class folders lie in it, or when every folder beside it is a
 * split too; among class folders, a flat `test/` or `val/` is left out and said, and a flat `train/` is
 * the vehicle.
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
  const named = sameStem ? found : found.filter(({ rest }) => rest === '');
  if (named.length === 0) return { root, splits: null, passedOver: new Set() };
  const layered = named.some(({ place }) => isLayered(place));
  if (!layered && !(allSplits && named.length === found.length)) {
    const passedOver = named.filter(({ kind }) => kind !== 'train');
    for (const { name, place } of passedOver) {
      notes.say(
        'unlabeled',
        place.folder.files.size,
        `left out ${root.prefix}${name}/: ${place.folder.files.size} images without labels, beside the class folders`,
      );
    }
    return { root, splits: null, passedOver: new Set(passedOver.map(({ name }) => name)) };
  }
  const first = (kind: SplitKind) => named.find((split) => split.kind === kind)?.place ?? null;
  for (const { name, kind, place } of named) {
    if (kind === 'unlabeled') {
      const { size } = place.folder.files;
      notes.say(
        'unlabeled',
        size,
        `left out ${root.prefix}${name}/: ${size} images without labels`,
      );
    } else if (first(kind) !== place) {
      notes.leftOut(
        'other-folders',
        'folders that are splits beside another of their kind',
        `${name}/`,
      );
    }
  }
  const others = names.filter((name) => !named.some((split) => split.name === name));
  const restIsTrain = first('train') === null && others.length > 1;
  if (!restIsTrain) {
    for (const name of others) {
      notes.leftOut('other-folders', 'folders beside the splits', `${root.prefix}${name}/`);
    }
  }
  const train = restIsTrain ? without(root, named) : first('train');
  const test = first('test');
  const validation = first('validation');
  return {
    root,
    splits:
      validation === null ? { train, validation: test, test: null } : { train, validation, test },
    passedOver: new Set(),
  };
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

/**
 * `cat/train/`, `cat/val/`, `dog/train/` …: splits inside the class folders.
 *
 * @returns The same with the splits outside, or `null`.
 */
export function turnInsideOut(root: Place): SplitPlaces | null {
  const classes = imageFolders(root);
  const places: Record<string, Map<string, Folder>> = {};
  for (const name of classes) {
    const inside = below(root, name);
    if ([...inside.folder.files].some((file) => fileKind(file) === 'image')) return null;
    for (const part of imageFolders(inside)) {
      const split = readSplitName(part);
      if (split === null || split.rest !== '' || split.kind === 'unlabeled') return null;
      const folders = places[split.kind] ?? new Map<string, Folder>();
      places[split.kind] = folders;
      if (folders.has(name)) return null;
      folders.set(name, {
        folders: new Map([[part, below(inside, part).folder]]),
        files: new Set(),
      });
    }
  }
  if (classes.length < 2 || places.train === undefined) return null;
  const placeOf = (kind: SplitKind): Place | null => {
    const folders = places[kind];
    return folders === undefined
      ? null
      : { folder: { folders, files: new Set() }, prefix: root.prefix };
  };
  const validation = placeOf('validation');
  const test = placeOf('test');
  if (validation === null && test === null) return null;
  const train = placeOf('train');
  return validation === null
    ? { train, validation: test, test: null }
    : { train, validation, test };
}
