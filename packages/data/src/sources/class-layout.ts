import { below, type FileTree, type Place } from '../archives/folder-tree.js';
import type { Dataset, ImageRecord, OpenOptions, SourceContents, Split } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { sayAlike } from './alike-classes.js';
import { readClassNames } from './class-names.js';
import { createEncodedSplit } from './encoded-split.js';
import { findSplits } from './find-splits.js';
import { holdOut } from './hold-out.js';
import { holdsImages, imageFolders, imagePaths } from './image-folders.js';
import type { LabeledImage } from './labeled-image.js';
import { withoutMasks } from './masks.js';
import { type Notes, someOf } from './notes.js';
import { describeFiles, readPlace } from './read-place.js';
import { bySplitColumn, type SplitImages } from './split-column.js';
import { splitByLists } from './split-lists.js';
import { readSplitName, type SplitKind } from './split-names.js';
import { partsOf, type SplitPlace, type SplitPlaces } from './split-places.js';
import { TableReader, tablesIn } from './tables.js';
import { turnInsideOut } from './turn-inside-out.js';
import { unreadHint } from './unread-kinds.js';

/** A record and where its image lies. */
interface Placed extends ImageRecord {
  readonly image: LabeledImage;
}

/**
 * Finds the classes of a source: splits of class folders, class folders alone, or flat folders with
 * lists of labels (see the package's README). Labels follow the sorted class names, as in torchvision's
 * ImageFolder. One folder around everything, as archives have, is looked through.
 *
 * @throws {DatasetError} when nothing says which image has which class, there is one class only, or a
 * class without images.
 */
export async function layOutClasses(
  tree: FileTree,
  options: OpenOptions,
  notes: Notes,
): Promise<SourceContents> {
  const whole: Place = {
    folder: withoutMasks({ folder: tree.root, prefix: '' }, notes),
    prefix: '',
  };
  const { root, splits: named, passedOver } = findSplits(whole, notes);
  const splits = named ?? turnInsideOut(root);
  const places = splits ?? { train: root, validation: null, test: null };
  const reader = new TableReader(tree);
  const read = async (split: keyof SplitPlaces) => {
    const place = places[split];
    const others = [places.train, places.validation, places.test].filter((one) => one !== place);
    const context = {
      reader,
      kind: kindOf(split, place),
      required: split === 'train' || places.train === null,
      elsewhere: () => others.flatMap(partsOf).flatMap(imagePaths),
    };
    const images: LabeledImage[] = [];
    for (const part of partsOf(place)) {
      const around = placesAround(whole, part);
      const inside = await readPlace(tree, part, around, notes, context, passedOver);
      if (inside === null) return null;
      images.push(...inside);
    }
    return place && images;
  };
  const found = {
    train: await read('train'),
    validation: await read('validation'),
    test: await read('test'),
  };
  const trainPlace = splits === null ? root : (splits.train ?? splits.validation ?? root);
  /** Where folders and labels say nothing of splits. */
  const listed = async (images: SplitImages): Promise<SplitImages> => {
    const { train } = images;
    if (places.validation !== null || places.test !== null || train === null) return images;
    if (train.some(({ split }) => split !== undefined)) return images;
    const around = placesAround(whole, trainPlace);
    return { ...images, train: await splitByLists(tree, around, train, notes, reader) };
  };
  for (const kind of ['validation', 'test'] as const) {
    const place = splits?.[kind];
    if (place && found[kind] === null) {
      const { length } = partsOf(place).flatMap(imagePaths);
      notes.say('unlabeled', length, `left out ${place.prefix}: ${length} images without labels`);
    }
  }
  for (const path of reader.passedOver()) {
    notes.leftOutInstead('foreign-files', 'tables whose first lines name no image', path);
  }
  const { train, validation, test } = bySplitColumn(await listed(found), notes);
  const hasValidation = (validation?.length ?? 0) > 0;

  const base = train !== null && train.length > 0 ? train : splits?.train ? null : validation;
  if (base === null || base.length === 0) {
    const tables = tablesIn(placesAround(whole, trainPlace));
    throw noClasses(tree, trainPlace, await reader.strangeHint(tables));
  }
  const classIds = sortClasses(base);
  if (classIds.length === 1) {
    throw new DatasetError(
      'no-classes',
      `${where(tree, trainPlace)} holds one class only, "${classIds[0]}"; a classifier needs two or more`,
    );
  }
  sayAlike(classIds, notes);
  const labels = new Map(classIds.map((name, label) => [name, label]));
  const numbers = numbersOf(classIds);
  const place = (images: readonly LabeledImage[] | null, from: Place | null): Placed[] => {
    return (images ?? []).map((image) => {
      const number = image.listed ? numbers.get(numberOf(image.className)) : undefined;
      const label = labels.get(image.className) ?? number;
      if (label !== undefined) return { id: idOf(image.path, root.prefix), label, image };
      throw new DatasetError(
        'bad-labels',
        `${tree.name}: ${from?.prefix || image.path} has a class "${image.className}" that ${trainPlace.prefix || 'the training images'} lack${trainPlace.prefix === '' ? '' : 's'}`,
      );
    });
  };
  const contents = {
    classIds,
    classNames: await readClassNames(tree, placesAround(whole, trainPlace), classIds, { notes }),
  };
  const trainRecords = place(train, trainPlace);
  const testRecords = keepKnown(() => place(test, splits?.test ?? null), notes);
  const split = (records: readonly Placed[]) => placedSplit(tree, records);
  const kept = testRecords.length > 0 ? { test: split(testRecords) } : {};
  if (hasValidation || (train?.length ?? 0) === 0) {
    const held = place(validation, splits?.validation ?? null);
    noteMissing(contents, held, notes);
    return {
      ...contents,
      ...kept,
      train: split(trainRecords),
      validation: split(held),
      validationFrom: 'source',
    };
  }
  const parts = holdOut(trainRecords, options, tree.name);
  return {
    ...contents,
    ...kept,
    train: split(parts.train),
    validation: split(parts.validation),
    validationFrom: 'held-out',
  };
}

/** What images are for: a test set that stands in for validation images is still called one. */
function kindOf(split: SplitKind, place: SplitPlace | null): SplitKind {
  const names = (place?.prefix ?? '').split('/');
  const isTest = names.some((name) => readSplitName(name)?.kind === 'test');
  return split === 'validation' && isTest ? 'test' : split;
}

/** A test set that does not fit is no reason not to train. */
function keepKnown(place: () => Placed[], notes: Notes): Placed[] {
  try {
    return place();
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    notes.say('unlabeled', 1, `left out the test images: ${error.message}`);
    return [];
  }
}

function noteMissing(
  { classNames }: Pick<Dataset, 'classNames'>,
  held: readonly ImageRecord[],
  notes: Notes,
): void {
  const seen = new Set(held.map(({ label }) => label));
  const missing = classNames.filter((_, label) => !seen.has(label));
  if (held.length === 0 || missing.length === 0) return;
  const what = missing.length === 1 ? 'class has' : 'classes have';
  notes.say(
    'missing-class',
    missing.length,
    `${missing.length} ${what} no validation images: ${someOf(missing)}`,
  );
}

/** Numbers in their order, names in that of their UTF-16 code units. */
function sortClasses(images: readonly LabeledImage[]): string[] {
  const names = [...new Set(images.map(({ className }) => className))];
  const areNumbers = images.every(
    ({ listed, className }) => listed && /^-?\d{1,9}(\.\d{1,9})?$/.test(className),
  );
  return areNumbers ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}

/** Classes by number, where all are numbers and no two the same: folders `00000`, `00001` for a table's 0, 1. */
function numbersOf(ids: readonly string[]): ReadonlyMap<number, number> {
  const numbers = new Map(ids.map((id, label) => [numberOf(id), label]));
  return numbers.size === ids.length && !numbers.has(Number.NaN) ? numbers : new Map();
}

function numberOf(name: string): number {
  return /^\d{1,9}$/.test(name) ? Number(name) : Number.NaN;
}

function placedSplit(tree: FileTree, placed: readonly Placed[]): Split {
  const imageAt = (index: number) => {
    const { image } = placed[index] as Placed;
    return image;
  };
  return createEncodedSplit(
    placed.map(({ id, label }) => ({ id, label })),
    async (index) => {
      const { path, part } = imageAt(index);
      return part === undefined ? tree.read(path) : tree.read(part.archive, part);
    },
    async (index) => {
      const { path, part } = imageAt(index);
      return part?.length ?? tree.size(path);
    },
  );
}

function idOf(path: string, prefix: string): string {
  return (path.startsWith(prefix) ? path.slice(prefix.length) : path).normalize('NFC');
}

/** A place and the folders around it, innermost first. */
function placesAround(whole: Place, { folder, prefix }: Place): Place[] {
  const places: Place[] = [whole];
  let at = whole;
  for (const name of prefix.split('/').filter((part) => part !== '')) {
    const inside = at.folder.folders.get(name);
    if (inside === undefined) break;
    at = { folder: inside, prefix: `${at.prefix}${name}/` };
    places.push(at);
  }
  return [{ folder, prefix }, ...places.reverse().filter((place) => place.prefix !== prefix)];
}

function where(tree: FileTree, { prefix }: Place): string {
  return prefix === '' ? tree.name : `${tree.name}: ${prefix}`;
}

/** Where images lie that are in one folder. */
function innermost(place: Place): Place {
  const [only, ...others] = imageFolders(place);
  if (only === undefined || others.length > 0 || holdsImages(place.folder)) return place;
  return innermost(below(place, only));
}

/** Names like `cat_0.jpg`, several of each: what they mean is for people to say. */
const STEM = /^(.*?\p{L})[ _.-]*\(?\d+\)?\.\w+$/u;

function noClasses(tree: FileTree, around: Place, strange: string): DatasetError {
  const place = innermost(around);
  const stems = new Map<string, number>();
  for (const name of place.folder.files) {
    const stem = STEM.exec(name)?.[1];
    if (stem !== undefined) stems.set(stem, (stems.get(stem) ?? 0) + 1);
  }
  const repeated = [...stems].filter(([, count]) => count > 1).map(([stem]) => stem);
  const asked =
    repeated.length > 1
      ? `; if names say the class (${someOf(repeated.sort())}), write it into a labels.csv beside the images: a line image,label and then one line an image`
      : '; expected one folder of images per class, train/ and val/ of them, or a labels.csv with the columns image and label';
  const hint = unreadHint(place.folder.files) || strange || asked;
  return new DatasetError(
    'no-classes',
    `${where(tree, place)} holds no class folders (found ${describeFiles(place)})${hint}`,
  );
}
