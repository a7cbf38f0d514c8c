import { fileKind } from '../archives/file-kind.js';
import { below, dataFolders, type Folder, type Place } from '../archives/folder-tree.js';
import { ABOUT, holdsImages, mayHoldImages } from './image-folders.js';
import type { Notes } from './notes.js';
import { isImagesName, isWrapperName } from './split-names.js';

const MASK_FOLDER = /^(masks?|trimaps?|annotations?|ground[ _-]?truths?|segmentations?)$/i;
const MASK_FILE = /^(.+)[ _-]masks?([ _-]?\d+)?\.\w+$/i;

/**
 * A place without the masks of its images: folders of that name beside `images/` or beside the images
 * themselves, and `x_mask.png` beside `x.png`. Among class folders, `mask/` is a class.
 */
export function withoutMasks(place: Place, notes: Notes): Folder {
  const { folder, prefix } = place;
  const masks = new Set(maskFiles(folder));
  for (const name of masks)
    notes.leftOut('loose-images', 'masks beside their images', `${prefix}${name}`);
  const maskedNames = maskFolders(folder);
  const folders = new Map<string, Folder>();
  for (const [name, inside] of folder.folders) {
    if (!maskedNames.includes(name)) {
      folders.set(name, withoutMasks(below(place, name), notes));
      continue;
    }
    notes.leftOut(
      'other-folders',
      'folders of masks or annotations beside images',
      `${prefix}${name}/`,
    );
    // Lists of what the images are may lie beside the masks: the Oxford-IIIT pets'.
    if (ABOUT.test(name)) folders.set(name, withoutImages(inside));
  }
  return {
    folders,
    files:
      masks.size === 0
        ? folder.files
        : new Set([...folder.files].filter((name) => !masks.has(name))),
  };
}

function withoutImages({ files }: Folder): Folder {
  const kept = [...files].filter((name) => !['image', 'unknown'].includes(fileKind(name)));
  return { files: new Set(kept), folders: new Map() };
}

function maskFolders(folder: Folder): string[] {
  const mayHold = (name: string) => mayHoldImages(folder.folders.get(name) as Folder);
  const names = dataFolders(folder);
  const masks = names.filter((name) => MASK_FOLDER.test(name) && mayHold(name));
  if (masks.length === 0) return [];
  const others = names.filter((name) => !MASK_FOLDER.test(name) && mayHold(name));
  const isBesideImages =
    others.length === 0
      ? holdsImages(folder)
      : others.some(isImagesName) || others.every(isWrapperName);
  return isBesideImages ? masks : [];
}

function maskFiles({ files }: Folder): string[] {
  const masks = [...files].filter((name) => MASK_FILE.test(name));
  if (masks.length === 0) return [];
  const stems = new Set([...files].map((name) => name.replace(/\.\w+$/, '')));
  return masks.filter((name) => stems.has(MASK_FILE.exec(name)?.[1] ?? ''));
}
