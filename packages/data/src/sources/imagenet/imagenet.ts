import { isImageName } from '../../archives/file-kind.js';
import type { FileTree, Place } from '../../archives/folder-tree.js';
import { openTarTree } from '../../archives/tar-tree.js';
import type { ImageRecord, OpenOptions, SourceContents, Split } from '../../dataset.js';
import { DatasetError } from '../../errors.js';
import { readClassNames } from '../class-names.js';
import { createEncodedSplit } from '../encoded-split.js';
import { holdOut } from '../hold-out.js';
import type { LabeledImage } from '../labeled-image.js';
import { indexClassTars } from './class-tars.js';
import { readKit } from './imagenet-devkit.js';
import { lacksLabels, readValidationWnids } from './imagenet-labels.js';

const TRAIN = 'ILSVRC2012_img_train.tar';
const VALIDATION = 'ILSVRC2012_img_val.tar';

/** An image inside one of the two tar files. */
interface Placed extends ImageRecord {
  readonly image: LabeledImage;
}

export function isImageNetFolder({ root: { files } }: FileTree): boolean {
  return files.has(TRAIN) || files.has(VALIDATION);
}

/**
 * The ImageNet 2012 distribution as downloaded: `ILSVRC2012_img_train.tar`, a tar of one tar a class,
 * and `ILSVRC2012_img_val.tar`, or one of them. Only headers are read; nothing is unpacked. Classes are
 * the sorted wnids, as everywhere today; readable names come from the development kit. Without the
 * validation tar, images are held out; without the training tar there is nothing to train on.
 *
 * @param tree The folder on disk.
 * @throws {DatasetError} when a tar is damaged or the validation labels are missing or do not fit.
 */
export async function openImageNet(tree: FileTree, options: OpenOptions): Promise<SourceContents> {
  const opened: FileTree[] = [];
  const close = async () => {
    for (const archive of opened.splice(0)) await archive.close();
  };
  const openTar = async (name: string) => {
    const archive = await openTarTree(
      `${tree.name}/${name}`,
      name,
      options.signal && { signal: options.signal },
    );
    opened.push(archive);
    return archive;
  };
  try {
    const here: Place = { folder: tree.root, prefix: '' };
    const trainTree = tree.root.files.has(TRAIN) ? await openTar(TRAIN) : null;
    const train = trainTree && (await readTrain(trainTree, options));
    const kit = await readKit(tree, here, options);
    const validationTree = tree.root.files.has(VALIDATION) ? await openTar(VALIDATION) : null;
    const trainIds = train && [...new Set(train.map(({ className }) => className))].sort();
    const names = validationTree ? [...validationTree.root.files].filter(isImageName).sort() : [];
    const found = validationTree && (await readValidationWnids(tree, [here], names, kit, trainIds));
    if (validationTree !== null && found === null) throw lacksLabels(tree.name);
    const classIds = trainIds ?? [...new Set(found?.wnids)].sort();
    const labels = new Map(classIds.map((wnid, label) => [wnid, label]));
    const classNames = await readClassNames(tree, [here], classIds, { others: kit?.names });
    const contents = { classIds, classNames, close };
    const trainRecords = (train ?? []).map((image): Placed => {
      const id = image.path;
      return { id, label: labels.get(image.className) ?? 0, image };
    });
    if (validationTree === null) {
      const parts = holdOut(trainRecords, options, tree.name);
      return {
        ...contents,
        train: toSplit(trainTree, parts.train),
        validation: toSplit(trainTree, parts.validation),
        validationFrom: 'held-out',
      };
    }
    const validation = names.map((path, i): Placed => {
      const className = found?.wnids[i] ?? '';
      return { id: path, label: labels.get(className) ?? 0, image: { path, className } };
    });
    return {
      ...contents,
      train: toSplit(trainTree, trainRecords),
      validation: toSplit(validationTree, validation),
      validationFrom: 'source',
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readTrain(tree: FileTree, options: OpenOptions): Promise<LabeledImage[]> {
  const { signal, onProgress } = options;
  // As the author of a tar had them: at its top, or in a folder.
  const [folder = tree.root] = [tree.root, ...tree.root.folders.values()].filter(({ files }) =>
    [...files].some((name) => name.endsWith('.tar')),
  );
  const name = [...tree.root.folders].find(([, found]) => found === folder)?.[0];
  const place = { folder, prefix: name === undefined ? '' : `${name}/` };
  const tars = [...folder.files].filter((file) => file.endsWith('.tar'));
  if (tars.length < 2) {
    throw new DatasetError(
      'damaged',
      `${TRAIN} holds ${tars.length} class tars; it should hold one a class`,
    );
  }
  const images = await indexClassTars(tree, place, tars.sort(), { signal, onProgress });
  return images.map((image) => ({ ...image, path: image.path.slice(place.prefix.length) }));
}

function toSplit(tree: FileTree | null, placed: readonly Placed[]): Split {
  const records = placed.map(({ id, label }) => ({ id, label }));
  const at = (index: number) => (placed[index] as Placed).image;
  return createEncodedSplit(
    records,
    async (index) => {
      const { path, part } = at(index);
      if (tree === null) throw new RangeError(`no image ${index}`);
      return part === undefined ? tree.read(path) : tree.read(part.archive, part);
    },
    async (index) => at(index).part?.length ?? tree?.size(at(index).path) ?? 0,
  );
}
