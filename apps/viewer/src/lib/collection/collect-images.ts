import { type ByteSource, blobSource } from '@alexnet/convert';
import { readTar } from '@alexnet/files/tar';
import { readZip, type ZipLimits } from '@alexnet/files/zip';

/** One image of a reader's own collection, still encoded. */
export interface CollectedImage {
  /** Path inside its folder or archive. */
  readonly name: string;
  readonly blob: Blob;
}

/** As many as are looked through: fc7 of 5,000 images takes 82 MB. */
export const MOST_IMAGES = 5000;

/** By their endings, since most of a folder or archive is not opened before its turn. */
const IMAGE = /\.(jpe?g|png|webp|gif|avif|bmp)$/i;
/** Tools' own files: thumbnails, resource forks, hidden ones. */
const HIDDEN = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$)/;

/** Photographs of phones have 20 MB and fewer; what is unpacked is kept in memory. */
const LIMITS: ZipLimits = { entries: 100_000, entryBytes: 2 ** 26, totalBytes: 2 ** 32 };

/**
 * The images among files, in folders and in `.zip` and `.tar` archives, in the order of their names.
 *
 * @throws Error in one line when there are none, or an archive is damaged
 */
export async function collectImages(files: readonly File[]): Promise<CollectedImage[]> {
  const found: CollectedImage[] = [];
  for (const file of files) {
    const name = file.webkitRelativePath || file.name;
    if (/\.zip$/i.test(name)) found.push(...(await zipped(file)));
    else if (/\.tar$/i.test(name)) found.push(...(await tarred(file)));
    else if (isImageName(name)) found.push({ name, blob: file });
  }
  if (found.length === 0) {
    throw new Error(
      'There are no images here: a folder of JPEG, PNG, WebP, GIF, AVIF or BMP files, or a .zip or .tar of them.',
    );
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_IMAGES);
}

function isImageName(name: string): boolean {
  return IMAGE.test(name) && !HIDDEN.test(name);
}

async function zipped(file: File): Promise<CollectedImage[]> {
  const found: CollectedImage[] = [];
  for (const [name, entry] of await readZip(blobSource(file), LIMITS)) {
    if (!isImageName(name)) continue;
    if (found.length === MOST_IMAGES) break;
    found.push({ name, blob: new Blob([await bytesOf(await entry.open())]) });
  }
  return found;
}

/** Members of a tar archive are pieces of the file: nothing is read before it is looked at. */
async function tarred(file: File): Promise<CollectedImage[]> {
  const found: CollectedImage[] = [];
  for await (const { path, kind, offset, size } of readTar(blobSource(file))) {
    if (kind !== 'file' || !isImageName(path)) continue;
    found.push({ name: path, blob: file.slice(offset, offset + size) });
    if (found.length === MOST_IMAGES) break;
  }
  return found;
}

async function bytesOf(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await source.read(0, source.size));
}
