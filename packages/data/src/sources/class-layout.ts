import { type FileTree, type Folder, imagesIn, isIgnoredFolder } from '../archives/folder-tree.js';
import type { ImageRecord } from '../dataset.js';
import { DatasetError } from '../errors.js';
import { readClassNames } from './class-names.js';
import { DEFAULT_VALIDATION_SHARE, splitBySeed } from './split-by-seed.js';
import { readTinyImageNetValidation } from './tiny-imagenet.js';

/** Which image belongs to which class and split. */
export interface ClassLayout {
  readonly classNames: readonly string[];
  readonly train: readonly ImageRecord[];
  readonly validation: readonly ImageRecord[];
}

const TRAIN = ['train', 'training'];
/** In order of preference; a `test` folder beside `val` is left alone. */
const VALIDATION = ['val', 'validation', 'valid', 'test'];

/**
 * Finds the classes of a source: `train/` and `val/` (or `validation/`, `valid/`, `test/`) of class
 * folders, or class folders alone, divided by seed. Labels follow the sorted folder names, as in
 * torchvision's ImageFolder. One folder around everything, as archives have, is looked through.
 *
 * @throws {DatasetError} when there are no class folders, one class only, or a class without images.
 */
export async function layOutClasses(
  tree: FileTree,
  options: { readonly seed?: number; readonly validationShare?: number },
): Promise<ClassLayout> {
  const { root, prefix } = lookThrough(tree.root, '');
  const trainName = TRAIN.find((name) => root.folders.has(name));
  const validationName = VALIDATION.find((name) => root.folders.has(name));
  const trainRoot = trainName === undefined ? root : root.folders.get(trainName);
  const validationRoot = root.folders.get(validationName ?? '');
  const trainPrefix = trainName === undefined ? prefix : `${prefix}${trainName}/`;
  const folders = classFolders(tree, trainRoot ?? root, trainPrefix);
  const classNames = await readClassNames(tree, root, prefix, folders);
  const images = readImages(tree, trainRoot ?? root, trainPrefix, folders);

  if (trainName !== undefined && validationRoot !== undefined) {
    const validationPrefix = `${prefix}${validationName}/`;
    const train = toRecords(images);
    const annotated = await readTinyImageNetValidation(
      tree,
      validationRoot,
      validationPrefix,
      folders,
    );
    if (annotated !== null) return { classNames, train, validation: annotated };
    const validationFolders = someFolders(tree, validationRoot, validationPrefix);
    const unknown = validationFolders.find((name) => !folders.includes(name));
    if (unknown !== undefined) {
      throw new DatasetError(
        `${tree.name}: ${validationPrefix} has a class "${unknown}" that ${trainPrefix} lacks`,
      );
    }
    const held = readImages(tree, validationRoot, validationPrefix, validationFolders);
    const validation = toRecords(
      folders.map((name) => held[validationFolders.indexOf(name)] ?? []),
    );
    return { classNames, train, validation };
  }

  const share = options.validationShare ?? DEFAULT_VALIDATION_SHARE;
  const split = images.map((ids) => splitBySeed(ids, share, options.seed ?? 0));
  const validation = toRecords(split.map((part) => part.validation));
  if (validation.length === 0 && share > 0) {
    throw new DatasetError(
      `${tree.name}: every class has one image, so none can be held out for validation; add images, or ask for a validation share of 0 or 1`,
    );
  }
  return { classNames, train: toRecords(split.map((part) => part.train)), validation };
}

/** Steps into a folder that is alone at its level and holds folders itself. */
function lookThrough(root: Folder, prefix: string): { root: Folder; prefix: string } {
  const names = dataFolders(root);
  const [only] = names;
  const below = only === undefined ? undefined : root.folders.get(only);
  if (names.length !== 1 || below === undefined || dataFolders(below).length === 0) {
    return { root, prefix };
  }
  return lookThrough(below, `${prefix}${only}/`);
}

function dataFolders(folder: Folder): string[] {
  return [...folder.folders.keys()].filter((name) => !isIgnoredFolder(name)).sort();
}

function classFolders(tree: FileTree, folder: Folder, prefix: string): string[] {
  const names = someFolders(tree, folder, prefix);
  if (names.length === 1) {
    throw new DatasetError(
      `${where(tree, prefix)} holds one class only, "${names[0]}"; a classifier needs two or more`,
    );
  }
  return names;
}

function someFolders(tree: FileTree, folder: Folder, prefix: string): string[] {
  const names = dataFolders(folder);
  if (names.length === 0) {
    throw new DatasetError(
      `${where(tree, prefix)} holds no class folders (found ${describe(folder)}); expected one folder of images per class, or train/ and val/ of them`,
    );
  }
  return names;
}

function where(tree: FileTree, prefix: string): string {
  return prefix === '' ? tree.name : `${tree.name}: ${prefix}`;
}

function describe(folder: Folder): string {
  const names = [...folder.files].sort();
  const shown = names.slice(0, 3).join(', ');
  if (names.length === 0) return 'nothing';
  return names.length > 3 ? `${shown} and ${names.length - 3} more files` : shown;
}

function readImages(
  tree: FileTree,
  root: Folder,
  prefix: string,
  folders: readonly string[],
): string[][] {
  return folders.map((name) => {
    const folder = root.folders.get(name);
    const images = folder === undefined ? [] : imagesIn(folder, `${prefix}${name}/`);
    if (folder === undefined || images.length === 0) {
      const found = folder === undefined ? 'nothing' : describe(folder);
      throw new DatasetError(
        `${tree.name}: class folder ${prefix}${name} holds no image (found ${found})`,
      );
    }
    return images;
  });
}

function toRecords(perClass: readonly (readonly string[])[]): ImageRecord[] {
  return perClass.flatMap((ids, label) => ids.map((id) => ({ id, label })));
}
