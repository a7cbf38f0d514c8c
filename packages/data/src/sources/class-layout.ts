import type { FileTree, Place } from '../archives/folder-tree.js';
import type { Dataset, ImageRecord, OpenOptions, SourceContents, Split } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { readClassNames } from './class-names.js';
import { createEncodedSplit } from './encoded-split.js';
import { findSplits, turnInsideOut } from './find-splits.js';
import { holdOut } from './hold-out.js';
import type { LabeledImage } from './label-table.js';
import { type Notes, someOf } from './notes.js';
import { describeFiles, readPlace } from './read-place.js';

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
  const whole: Place = { folder: tree.root, prefix: '' };
  const { root, splits: named, passedOver } = findSplits(whole, notes);
  const splits = named ?? turnInsideOut(root);
  const read = async (place: Place | null) =>
    place && readPlace(tree, place, placesAround(whole, place), notes, passedOver);
  const found = {
    train: await read(splits === null ? root : splits.train),
    validation: await read(splits?.validation ?? null),
    test: await read(splits?.test ?? null),
  };
  const trainPlace = splits === null ? root : (splits.train ?? splits.validation ?? root);
  for (const kind of ['validation', 'test'] as const) {
    const place = splits?.[kind];
    if (place && found[kind] === null) {
      const { size } = place.folder.files;
      notes.say('unlabeled', size, `left out ${place.prefix}: ${size} images without labels`);
    }
  }
  const { train, validation, test } = bySplitColumn(found);
  const hasValidation = (validation?.length ?? 0) > 0;

  const base = train !== null && train.length > 0 ? train : splits?.train ? null : validation;
  if (base === null || base.length === 0) throw noClasses(tree, trainPlace);
  const classIds = sortClasses(base);
  if (classIds.length === 1) {
    throw new DatasetError(
      'no-classes',
      `${where(tree, trainPlace)} holds one class only, "${classIds[0]}"; a classifier needs two or more`,
    );
  }
  const labels = new Map(classIds.map((name, label) => [name, label]));
  const place = (images: readonly LabeledImage[] | null, from: Place | null): Placed[] => {
    return (images ?? []).map((image) => {
      const label = labels.get(image.className);
      if (label !== undefined) return { id: idOf(image.path, root.prefix), label, image };
      throw new DatasetError(
        'bad-labels',
        `${tree.name}: ${from?.prefix ?? ''} has a class "${image.className}" that ${trainPlace.prefix} lacks`,
      );
    });
  };
  const contents = {
    classIds,
    classNames: await readClassNames(tree, placesAround(whole, trainPlace), classIds),
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

interface SplitImages {
  readonly train: LabeledImage[] | null;
  readonly validation: LabeledImage[] | null;
  readonly test: LabeledImage[] | null;
}

/** Divides images of one folder by what their table says they are for. */
function bySplitColumn(found: SplitImages): SplitImages {
  if (found.train?.some(({ split }) => split !== undefined) !== true) return found;
  const of = (kind: LabeledImage['split']) =>
    (found.train ?? []).filter(({ split }) => split === kind);
  const [train, validation, test] = [of('train'), of('validation'), of('test')];
  return validation.length > 0
    ? { train, validation, test }
    : { train, validation: test, test: null };
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
  const areNumbers = images.every(({ listed, className }) => listed && /^\d{1,9}$/.test(className));
  return areNumbers ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
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

/** Names like `cat_0.jpg`, several of each: what they mean is for people to say. */
const STEM = /^(.*?\p{L})[ _.-]*\(?\d+\)?\.\w+$/u;

function noClasses(tree: FileTree, place: Place): DatasetError {
  const stems = new Map<string, number>();
  for (const name of place.folder.files) {
    const stem = STEM.exec(name)?.[1];
    if (stem !== undefined) stems.set(stem, (stems.get(stem) ?? 0) + 1);
  }
  const repeated = [...stems].filter(([, count]) => count > 1).map(([stem]) => stem);
  const hint =
    repeated.length > 1
      ? `; if names say the class (${someOf(repeated.sort())}), write it into a labels.csv beside the images: a line image,label and then one line an image`
      : '; expected one folder of images per class, train/ and val/ of them, or a labels.csv with the columns image and label';
  return new DatasetError(
    'no-classes',
    `${where(tree, place)} holds no class folders (found ${describeFiles(place)})${hint}`,
  );
}
