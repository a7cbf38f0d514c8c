/** Kinds of image files, told by their first bytes. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'tiff' | 'bmp' | 'pnm';

/** Brands of the boxes AVIF and HEIC files start with (ISO/IEC 23008-12). */
const AVIF_BRANDS = ['avif', 'mif1'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'msf1'];
/** Lengths of a BMP's header, which follows the 14 bytes of the file's. */
const BMP_HEADERS = [12, 40, 52, 56, 64, 108, 124];

/** The kind of a file that `decodeImage` reads, else `null`; 32 bytes are enough. */
export function imageFormat(bytes: Uint8Array): ImageFormat | null {
  const head = headOf(bytes);
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (AVIF_BRANDS.includes(brandOf(head))) return 'avif';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(head.slice(0, 4))) return 'tiff';
  const isBmp = head.startsWith('BM') && head.slice(15, 18) === '\0\0\0';
  if (isBmp && BMP_HEADERS.includes(head.charCodeAt(14))) return 'bmp';
  return /^P[1-6][\s#]/.test(head) ? 'pnm' : null;
}

/** Whether bytes begin as an image does that `decodeImage` reads. */
export function isImage(bytes: Uint8Array): boolean {
  return imageFormat(bytes) !== null;
}

/** What a file is that is no image that can be read. */
export function describeUnread(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty file';
  const name = unreadKind(headOf(bytes));
  return name === null
    ? 'not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PPM'
    : `${name}, which is not read; convert it to JPEG or PNG`;
}

/** SVG is not read because it runs code. */
function unreadKind(head: string): string | null {
  if (HEIC_BRANDS.includes(brandOf(head))) return 'HEIC';
  if (brandOf(head) === 'avis') return 'a moving AVIF';
  if (head.slice(4, 8) === 'jP  ' || head.startsWith('\xff\x4f\xff\x51')) return 'JPEG 2000';
  if (head.slice(4, 8) === 'JXL ' || head.startsWith('\xff\x0a')) return 'JPEG XL';
  if (head.startsWith('8BPS')) return 'Photoshop';
  if (/^\s*<(\?xml|svg|!DOCTYPE svg)/i.test(head)) return 'SVG';
  return /^\s*<(!doctype html|html)/i.test(head) ? 'a web page' : null;
}

function brandOf(head: string): string {
  return head.slice(4, 8) === 'ftyp' ? head.slice(8, 12) : '';
}

function headOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 32));
}
