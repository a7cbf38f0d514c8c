import { DatasetError } from './errors.js';
import type { FileTree } from './folder-tree.js';

/** One number a line, 1 … classes, for the validation pictures in order of their names. */
const GROUND_TRUTH = 'ILSVRC2012_validation_ground_truth.txt';
/** One wnid a line, in the order those numbers count (`ILSVRC2012_ID` of the development kit). */
const SYNSET_ORDER = 'synsets.txt';
/** `name label` a line, labels counting sorted wnids from 0, as Caffe distributes it. */
const CAFFE_LABELS = 'val.txt';

/**
 * Labels of the validation pictures, which the tar file does not hold: from `val.txt`, or from the
 * development kit's ground truth with the order its numbers count.
 *
 * @param wnids Class names in label order.
 * @param pictures Names of the validation pictures, sorted.
 * @throws {DatasetError} when neither is there, or does not fit.
 */
export async function readImageNetValidationLabels(
  tree: FileTree,
  wnids: readonly string[],
  pictures: readonly string[],
): Promise<number[]> {
  const { files } = tree.root;
  if (files.has(CAFFE_LABELS)) {
    const byName = new Map(
      (await readLines(tree, CAFFE_LABELS)).map((line): [string, number] => {
        const [name = '', label = ''] = line.split(/\s+/);
        return [name, Number(label)];
      }),
    );
    return pictures.map((name) => checkLabel(tree, CAFFE_LABELS, name, byName.get(name), wnids));
  }
  if (!files.has(GROUND_TRUTH) || !files.has(SYNSET_ORDER)) {
    throw new DatasetError(
      `${tree.name} lacks the validation labels: put val.txt beside the tar files, or ${GROUND_TRUTH} and ${SYNSET_ORDER} (wnids in the order of ILSVRC2012_ID)`,
    );
  }
  const order = (await readLines(tree, SYNSET_ORDER)).map((line) => line.split(/\s+/)[0] ?? '');
  if (order.every((wnid, i) => i === 0 || (order[i - 1] ?? '') < wnid)) {
    // The commonly shared synsets.txt is sorted and would give wrong labels without a sign of it.
    throw new DatasetError(
      `${tree.name}: ${SYNSET_ORDER} is in alphabetical order, but the ground truth counts by ILSVRC2012_ID (meta.mat of the development kit, first n02119789)`,
    );
  }
  const numbers = await readLines(tree, GROUND_TRUTH);
  if (numbers.length !== pictures.length) {
    throw new DatasetError(
      `${tree.name}: ${GROUND_TRUTH} has ${numbers.length} lines for ${pictures.length} pictures`,
    );
  }
  const labelOf = new Map(wnids.map((wnid, label) => [wnid, label]));
  return pictures.map((name, i) => {
    const wnid = order[Number(numbers[i]) - 1] ?? '';
    return checkLabel(tree, GROUND_TRUTH, name, labelOf.get(wnid), wnids);
  });
}

function checkLabel(
  tree: FileTree,
  file: string,
  picture: string,
  label: number | undefined,
  wnids: readonly string[],
): number {
  if (label !== undefined && wnids[label] !== undefined) return label;
  throw new DatasetError(
    `${tree.name}: ${file} gives ${picture} no class among the ${wnids.length} of the training set`,
  );
}

async function readLines(tree: FileTree, file: string): Promise<string[]> {
  const text = new TextDecoder().decode(await tree.read(file));
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
