import { fileKind } from '../archives/file-kind.js';
import { below, dataFolders, type Folder, type Place } from '../archives/folder-tree.js';
import { isImagesName } from './split-names.js';

export const CLASS_TAR = /^n\d{8}\.tar$/;
/** Folders of notes about images, which hold none of their own. */
export const ABOUT =
  /^(annotations?|attributes?|labels?|xmls?|jsons?|csvs?|meta|metadata|docs?|documentation|devkit|.*_devkit.*|splits?|lists?|image_?(sets?|splits?)|bbox(es)?|parts?|scripts?|code|models?|logs?|results?|(.*_)?tfrec(ord)?s?)$/i;

/** True when something below may be an image, by its name. */
export function mayHoldImages(folder: Folder): boolean {
  for (const name of folder.files) {
    const kind = fileKind(name);
    if (kind === 'image' || kind === 'unknown' || kind === 'unread-image') return true;
    if (CLASS_TAR.test(name)) return true;
  }
  return dataFolders(folder).some((name) => mayHoldImages(folder.folders.get(name) as Folder));
}

/** True when images, by their names, lie in the folder itself. */
export function holdsImages({ files }: Folder): boolean {
  for (const name of files) if (isImage(name)) return true;
  return false;
}

/** Data folders that may hold images, and those that do not even look like notes about them. */
export function imageFolders({ folder }: Place): string[] {
  return dataFolders(folder).filter(
    (name) => mayHoldImages(folder.folders.get(name) as Folder) || !ABOUT.test(name),
  );
}

/** True for a folder of class folders (or of ImageNet's class tars), false for one of images. */
export function isLayered({ folder }: Place): boolean {
  return (
    [...folder.files].some((name) => CLASS_TAR.test(name)) ||
    dataFolders(folder).some((name) => mayHoldImages(folder.folders.get(name) as Folder))
  );
}

/** Steps into a folder that is alone at its level and holds folders itself. */
export function lookThrough(place: Place, isWrapper: (name: string) => boolean): Place {
  const names = withoutNotes(place, imageFolders(place));
  const [only = ''] = names;
  const inside = below(place, only);
  if (names.length !== 1 || !isWrapper(only)) return place;
  if ([...place.folder.files].some((name) => fileKind(name) === 'image')) return place;
  return isLayered(inside) || isNestedSplit(place, only, inside)
    ? lookThrough(inside, isWrapper)
    : place;
}

/** Beside `images`, the only folder with images, others are about them: DTD's `imdb`. */
function withoutNotes({ folder }: Place, names: readonly string[]): readonly string[] {
  const full = names.filter((name) => mayHoldImages(folder.folders.get(name) as Folder));
  return full.length === 1 && isImagesName(full[0] ?? '') ? full : names;
}

/** `seg_pred/seg_pred/0.jpg`: a flat folder in one of its own name. */
function isNestedSplit({ prefix }: Place, only: string, { folder }: Place): boolean {
  return prefix.endsWith(`/${only}/`) || (prefix === `${only}/` && folder.files.size > 0);
}

/** Paths of the files of a place that may be images, by their names. */
export function imagePaths({ folder, prefix }: Place): string[] {
  const here = [...folder.files].filter(isImage).map((name) => `${prefix}${name}`);
  const inside = dataFolders(folder).map((name) => imagePaths(below({ folder, prefix }, name)));
  return [...here, ...inside.flat()];
}

function isImage(name: string): boolean {
  const kind = fileKind(name);
  return kind === 'image' || kind === 'unknown';
}
