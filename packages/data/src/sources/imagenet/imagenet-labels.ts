import type { FileTree } from '../../archives/folder-tree.js';
import { DatasetError } from '../../errors.js';
import { type DevelopmentKit, GROUND_TRUTH } from './imagenet-devkit.js';

/** One wnid a line, in the order those numbers count (`ILSVRC2012_ID` of the development kit). */
const SYNSET_ORDER = 'synsets.txt';
/** `name label` a line, labels counting sorted wnids from 0, as Caffe distributes it. */
const CAFFE_LABELS = 'val.txt';

/**
 * Labels of the validation images, which the tar file does not hold: from `val.txt`, or from the
 * development kit's ground truth with the order its numbers count.
 *
 * @param wnids Class names in label order.
 * @param images Names of the validation images, sorted.
 * @param kit The development kit, where it is there.
 * @throws {DatasetError} when neither is there, or does not fit.
 */
export async function readImageNetValidationLabels(
  tree: FileTree,
  wnids: readonly string[],
  images: readonly string[],
  kit: DevelopmentKit | null,
): Promise<number[]> {
  const { files } = tree.root;
  if (files.has(CAFFE_LABELS)) {
    const byName = new Map(
      toLines(await readText(tree, CAFFE_LABELS)).map((line): [string, number] => {
        const [name = '', label = ''] = line.split(/\s+/);
        return [name, Number(label)];
      }),
    );
    return images.map((name) => checkLabel(tree, CAFFE_LABELS, name, byName.get(name), wnids));
  }
  const truth = files.has(GROUND_TRUTH)
    ? await readText(tree, GROUND_TRUTH)
    : (kit?.groundTruth ?? null);
  const order = kit?.order ?? (await readSynsetOrder(tree));
  if (truth === null || order === null) {
    throw new DatasetError(
      `${tree.name} lacks the validation labels: put ILSVRC2012_devkit_t12.tar.gz or val.txt beside the tar files, or ${GROUND_TRUTH} and ${SYNSET_ORDER} (wnids in the order of ILSVRC2012_ID)`,
    );
  }
  const numbers = toLines(truth);
  if (numbers.length !== images.length) {
    throw new DatasetError(
      `${tree.name}: ${GROUND_TRUTH} has ${numbers.length} lines for ${images.length} images`,
    );
  }
  const labelOf = new Map(wnids.map((wnid, label) => [wnid, label]));
  return images.map((name, i) => {
    const wnid = order[Number(numbers[i]) - 1] ?? '';
    return checkLabel(tree, GROUND_TRUTH, name, labelOf.get(wnid), wnids);
  });
}

function checkLabel(
  tree: FileTree,
  file: string,
  image: string,
  label: number | undefined,
  wnids: readonly string[],
): number {
  if (label !== undefined && wnids[label] !== undefined) return label;
  throw new DatasetError(
    `${tree.name}: ${file} gives ${image} no class among the ${wnids.length} of the training set`,
  );
}

async function readSynsetOrder(tree: FileTree): Promise<string[] | null> {
  if (!tree.root.files.has(SYNSET_ORDER)) return null;
  const lines = toLines(await readText(tree, SYNSET_ORDER));
  const order = lines.map((line) => line.split(/\s+/)[0] ?? '');
  if (order.every((wnid, i) => i === 0 || (order[i - 1] ?? '') < wnid)) {
    // The commonly shared synsets.txt is sorted and would give wrong labels without a sign of it.
    throw new DatasetError(
      `${tree.name}: ${SYNSET_ORDER} is in alphabetical order, but the ground truth counts by ILSVRC2012_ID (first n02119789); put ILSVRC2012_devkit_t12.tar.gz in its place`,
    );
  }
  return order;
}

async function readText(tree: FileTree, file: string): Promise<string> {
  return new TextDecoder().decode(await tree.read(file));
}

function toLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
