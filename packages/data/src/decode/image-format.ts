/** Kinds of image files, told by their first bytes. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'tiff' | 'bmp' | 'pnm';

const PREFIXES: readonly (readonly [prefix: RegExp, format: ImageFormat])[] = [
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^\x89PNG\r\n\x1a\n/, 'png'],
  [/^GIF8/, 'gif'],
  [/^RIFF.{4}WEBP/s, 'webp'],
  [/^.{4}ftyp(avif|avis|mif1)/s, 'avif'],
  [/^(II\*\0|MM\0\*|II\x2b\0|MM\0\x2b)/, 'tiff'],
  // Size, four reserved bytes, start of the pixels, and a header of a length in use.
  [/^BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0/s, 'bmp'],
  [/^P[1-6][\s#]/, 'pnm'],
];

/** Kinds that are known and not read; SVG because it runs code. */
const UNREAD: readonly (readonly [prefix: RegExp, name: string])[] = [
  [/^.{4}ftyp(hei[cfxms]|hev[cxms]|msf1)/s, 'HEIC'],
  [/^\0\0\0\x0cjP {2}|^\xff\x4f\xff\x51/s, 'JPEG 2000'],
  [/^\xff\x0a|^\0\0\0\x0cJXL /s, 'JPEG XL'],
  [/^8BPS/, 'Photoshop'],
  [/^\s*<(\?xml|svg|!DOCTYPE svg)/i, 'SVG'],
  [/^\s*<(!doctype html|html)/i, 'a web page'],
];

/** The kind of a file that `decodeImage` reads, else `null`. */
export function imageFormat(bytes: Uint8Array): ImageFormat | null {
  const head = headOf(bytes);
  return PREFIXES.find(([prefix]) => prefix.test(head))?.[1] ?? null;
}

/** True when the first bytes (32 are enough) are of a format `decodeImage` reads. */
export function isImageFile(bytes: Uint8Array): boolean {
  return imageFormat(bytes) !== null;
}

/** What a file is that is no image that can be read. */
export function describeUnread(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty file';
  const head = headOf(bytes);
  const name = UNREAD.find(([prefix]) => prefix.test(head))?.[1];
  return name === undefined
    ? 'not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PPM'
    : `${name}, which is not read; convert it to JPEG or PNG`;
}

function headOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 32));
}
