import { decodeText } from '@alexnet/files';
import { IMAGENET_CLASSES } from '@alexnet/model/imagenet';
import type { FileTree, Place } from '../../archives/folder-tree.js';
import { DatasetError } from '../../errors.js';
import type { LabeledPath } from '../labeled-image.js';
import type { Notes } from '../notes.js';
import { type DevelopmentKit, GROUND_TRUTH, readKit } from './imagenet-devkit.js';

/** One wnid a line, in the order those numbers count (`ILSVRC2012_ID` of the development kit). */
const SYNSET_ORDER = 'synsets.txt';
/** `name label` a line, labels counting sorted wnids from 0, as Caffe distributes it. */
const CAFFE_LABELS = 'val.txt';
/** `ImageId,PredictionString` a line, the string starting with the wnid, as Kaggle distributes it. */
const KAGGLE_LABELS = 'LOC_val_solution.csv';
const VALIDATION_NAME = /(^|\/)ILSVRC20\d\d_val_\d{8}\.\w+$/;

/**
 * Labels of ImageNet's validation images in one flat folder, from a list in it or around it.
 *
 * @returns `null` for other images, or when there is no such list.
 */
export async function readImageNetList(
  tree: FileTree,
  around: readonly Place[],
  images: readonly string[],
  notes: Notes,
): Promise<LabeledPath[] | null> {
  if (!images.every((path) => VALIDATION_NAME.test(path))) return null;
  let kit: DevelopmentKit | null = null;
  for (const place of around) kit ??= await readKit(tree, place);
  const names = images.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const found = await readValidationWnids(tree, around, names, kit, null);
  if (found === null) return null;
  for (const { prefix } of around) notes.used(`${prefix}${found.from}`);
  notes.say(
    'labels',
    images.length,
    `labels of ${images.length} validation images are read from ${found.from}`,
  );
  return images.map((path, i) => ({ path, className: found.wnids[i] ?? '' }));
}

/**
 * wnids of the validation images: from Kaggle's solution, from `val.txt`, or from the development kit's
 * ground truth with the order its numbers count.
 *
 * @param around Folders in which the lists are looked for.
 * @param images Names of the validation images, sorted.
 * @param kit The development kit, where it is there.
 * @param classes Sorted wnids of the training images; `null` without any: ImageNet's 1,000.
 * @returns `null` when there is no list.
 * @throws {DatasetError} when a list does not fit.
 */
export async function readValidationWnids(
  tree: FileTree,
  around: readonly Place[],
  images: readonly string[],
  kit: DevelopmentKit | null,
  classes: readonly string[] | null,
): Promise<{ readonly wnids: string[]; readonly from: string } | null> {
  const textOf = async (file: string) => {
    const place = around.find(({ folder }) => folder.files.has(file));
    return place && decodeText(await tree.read(`${place.prefix}${file}`));
  };
  const known = classes ?? IMAGENET_CLASSES.map(({ wnid }) => wnid);
  const check = (file: string, image: string, wnid: string | undefined) => {
    if (wnid !== undefined && (classes === null || classes.includes(wnid))) return wnid;
    const among = classes === null ? '' : ` among the ${classes.length} of the training set`;
    throw new DatasetError('bad-labels', `${tree.name}: ${file} gives ${image} no class${among}`);
  };
  const kaggle = await textOf(KAGGLE_LABELS);
  if (kaggle !== undefined) {
    const byName = new Map(
      toLines(kaggle).map((line): [string, string | undefined] => {
        const [name = '', prediction = ''] = line.split(',');
        return [name.trim(), /^\s*"?(n\d{8})\b/.exec(prediction)?.[1]];
      }),
    );
    const wnids = images.map((name) =>
      check(KAGGLE_LABELS, name, byName.get(name.replace(/\.\w+$/, ''))),
    );
    return { wnids, from: KAGGLE_LABELS };
  }
  const caffe = await textOf(CAFFE_LABELS);
  if (caffe !== undefined) {
    const byName = new Map(
      toLines(caffe).map((line): [string, string | undefined] => {
        const [name = '', label = ''] = line.split(/\s+/);
        return [name, known[Number(label)]];
      }),
    );
    return {
      wnids: images.map((name) => check(CAFFE_LABELS, name, byName.get(name))),
      from: CAFFE_LABELS,
    };
  }
  const truth = (await textOf(GROUND_TRUTH)) ?? kit?.groundTruth ?? null;
  const order = kit?.order ?? readSynsetOrder(tree, await textOf(SYNSET_ORDER));
  if (truth === null || order === null) return null;
  const numbers = toLines(truth);
  if (numbers.length !== images.length) {
    throw new DatasetError(
      'bad-labels',
      `${tree.name}: ${GROUND_TRUTH} has ${numbers.length} lines for ${images.length} images`,
    );
  }
  const wnids = images.map((name, i) => check(GROUND_TRUTH, name, order[Number(numbers[i]) - 1]));
  return { wnids, from: GROUND_TRUTH };
}

/** What to put beside validation images that have no labels. */
export function lacksLabels(name: string): DatasetError {
  return new DatasetError(
    'bad-labels',
    `${name} lacks the validation labels: put ILSVRC2012_devkit_t12.tar.gz, ${KAGGLE_LABELS} or val.txt beside the images, or ${GROUND_TRUTH} and ${SYNSET_ORDER} (wnids in the order of ILSVRC2012_ID)`,
  );
}

function readSynsetOrder(tree: FileTree, text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const order = toLines(text).map((line) => line.split(/\s+/)[0] ?? '');
  if (order.every((wnid, i) => i === 0 || (order[i - 1] ?? '') < wnid)) {
    // The commonly shared synsets.txt is sorted and would give wrong labels without a sign of it.
    throw new DatasetError(
      'bad-labels',
      `${tree.name}: ${SYNSET_ORDER} is in alphabetical order, but the ground truth counts by ILSVRC2012_ID (first n02119789); put ILSVRC2012_devkit_t12.tar.gz in its place`,
    );
  }
  return order;
}

function toLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
