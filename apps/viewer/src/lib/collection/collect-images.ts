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

/** A collection as far as it is looked through. */
export interface CollectedImages {
  /** In the order of their names. */
  readonly images: readonly CollectedImage[];
  /** Images that were found: more than `images` has, where there are too many. */
  readonly found: number;
}

/**
 * By their endings, since most of a folder or archive is not opened before its turn. Some browsers decode
 * the last four; elsewhere they are among the images that could not be decoded.
 */
const IMAGE = /\.(jpe?g|jfif|png|webp|gif|avif|bmp|tiff?|hei[cf]|jxl)$/i;
/** Tools' own files: thumbnails, resource forks, hidden ones. */
const HIDDEN = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$)/;

/** Photographs of phones have 20 MB and fewer; what is unpacked is kept in memory. */
const LIMITS: ZipLimits = { entries: 100_000, entryBytes: 2 ** 26, totalBytes: 2 ** 32 };

/** An image by name, not unpacked yet. */
interface Found {
  readonly name: string;
  readonly blob: () => Promise<Blob>;
}

/**
 * The images among files, in folders and in `.zip` and `.tar` archives: the first {@link MOST_IMAGES} of
 * them by name.
 *
 * @throws Error in one line when there are none, or an archive is damaged
 */
export async function collectImages(files: readonly File[]): Promise<CollectedImages> {
  const all: Found[] = [];
  for (const file of files) {
    const name = file.webkitRelativePath || file.name;
    if (/\.zip$/i.test(name)) all.push(...(await zipped(file)));
    else if (/\.tar$/i.test(name)) all.push(...(await tarred(file)));
    else all.push({ name, blob: async () => file });
  }
  const found = all.filter(({ name }) => IMAGE.test(name) && !HIDDEN.test(name));
  if (found.length === 0) {
    throw new Error(
      'There are no images here: a folder of JPEG, PNG, WebP, GIF, AVIF or BMP files, or a .zip or .tar of them.',
    );
  }
  const first = found.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_IMAGES);
  const images: CollectedImage[] = [];
  for (const { name, blob } of first) images.push({ name, blob: await blob() });
  return { images, found: found.length };
}

async function zipped(file: File): Promise<Found[]> {
  return [...(await readZip(blobSource(file), LIMITS))].map(([name, entry]) => ({
    name,
    blob: async () => new Blob([await bytesOf(await entry.open())]),
  }));
}

/** Members of a tar archive are pieces of the file: nothing is read before it is looked at. */
async function tarred(file: File): Promise<Found[]> {
  const found: Found[] = [];
  for await (const { path, kind, offset, size } of readTar(blobSource(file))) {
    if (kind !== 'file') continue;
    found.push({ name: path, blob: async () => file.slice(offset, offset + size) });
  }
  return found;
}

async function bytesOf(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await source.read(0, source.size));
}
