import type { RgbImage as Image } from '@alexnet/files/image';
import { parseNpyHeader } from '@alexnet/files/npy';
import sharp from 'sharp';
import { firstLine, UndecodableImageError } from '../errors.js';
import { decodeBmp } from './decode-bmp.js';
import { decodeCmyk } from './decode-cmyk.js';
import { decodeJpegFast } from './decode-jpeg-fast.js';
import { decodeNumbers } from './decode-numbers.js';
import { decodePnm } from './decode-pnm.js';
import { describeUnread, type ImageFormat, imageFormat } from './image-format.js';
import { readJpegHeader } from './jpeg-header.js';
import { firstExtraSample, refuseMisread } from './tiff-header.js';

/** Sides that differ more than this make no crop anyone wants; a resized one would take gigabytes. */
const MAX_ASPECT = 100;

/** Larger images are refused: decoded they would take over 300 MB. ImageNet's largest has 61 M. */
export const MAX_PIXELS = 100_000_000;

/** Kinds of samples that are gray levels of 8 or 16 bits. */
const LEVELS = ['uchar', 'ushort'];

/** One decoded image; its bytes are plain, never clamped. */
export type RgbImage = Image<Uint8Array>;

/** How one image is decoded. */
export interface DecodeOptions {
  /** Named in the error when the image cannot be decoded. */
  readonly id?: string;
  /**
   * Decode ordinary JPEGs with the optional `@julusian/jpeg-turbo` where it loads: for training, where
   * speed matters more than the last gray levels. It runs on the calling thread. Default false.
   */
  readonly fast?: boolean;
  /**
   * Gives memory of at least so many bytes for the pixels; the image may then be a view of it. Used by
   * the fast decoder and for raw packs, where fresh memory for every image costs a quarter of the time.
   */
  readonly into?: (bytes: number) => Uint8Array;
}

/**
 * Decodes one JPEG, PNG, WebP, GIF (first frame), AVIF, TIFF, BMP or PBM/PGM/PPM file to 8-bit RGB. An array file of raw
 * packs (`.npy`, `[height, width, 3]` uint8) is taken as it is: its image is a view of `bytes`.
 *
 * Grayscale is repeated over the three channels, CMYK mixed as PIL and browsers do, 16 bits scaled to 8,
 * alpha laid over white (a TIFF's sample of no said kind left out, as PIL does), EXIF orientation applied. Embedded color profiles are not applied, as PIL,
 * torchvision and TensorFlow do not apply them either. The format is told by the first bytes, never
 * by the file's name: ImageNet has a PNG named .JPEG.
 *
 * @param bytes One encoded file.
 * @returns `[height, width, 3]`, row-major RGB, 0..255.
 * @throws {UndecodableImageError} when the bytes are of another format, damaged, truncated, over
 * {@link MAX_PIXELS}, or one side is over a hundred times the other.
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Promise<RgbImage> {
  if (isNpy(bytes)) return openArray(bytes, options.id);
  const format = imageFormat(bytes);
  if (format === null) throw new UndecodableImageError(options.id, describeUnread(bytes));
  const fast = options.fast === true ? decodeJpegFast(bytes, MAX_PIXELS, options.into) : null;
  try {
    return requireShape(fast ?? (await decodeWhole(bytes, format)));
  } catch (error) {
    throw new UndecodableImageError(options.id, firstLine(error), { cause: error });
  }
}

async function decodeWhole(bytes: Uint8Array, format: ImageFormat): Promise<RgbImage> {
  if (format === 'bmp') return decodeBmp(bytes, MAX_PIXELS);
  if (format === 'pnm') return decodePnm(bytes, MAX_PIXELS);
  if (format === 'tiff' || isFourInkJpeg(bytes, format)) {
    const metadata = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata();
    if (format === 'tiff') refuseMisread(bytes, metadata);
    if (metadata.space === 'cmyk') return decodeCmyk(bytes, metadata, MAX_PIXELS);
    if (!LEVELS.includes(metadata.depth ?? '')) return decodeNumbers(bytes, metadata, MAX_PIXELS);
  }
  const isAlpha = format !== 'tiff' || firstExtraSample(bytes) !== 0;
  // failOn 'error': a truncated image fails, the harmless warnings of real JPEGs do not.
  const image = sharp(bytes, {
    limitInputPixels: MAX_PIXELS,
    failOn: 'error',
    ignoreIcc: true,
    autoOrient: true,
  });
  const { data, info } = await (isAlpha
    ? image.flatten({ background: '#ffffff' })
    : image.removeAlpha()
  )
    .toColorspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`);
  return { width: info.width, height: info.height, data };
}

function isFourInkJpeg(bytes: Uint8Array, format: ImageFormat): boolean {
  return format === 'jpeg' && readJpegHeader(bytes)?.components === 4;
}

function requireShape(image: RgbImage): RgbImage {
  const { width, height } = image;
  if (Math.max(width, height) <= MAX_ASPECT * Math.min(width, height)) return image;
  throw new Error(`${width} × ${height} px: one side is over ${MAX_ASPECT} times the other`);
}

function openArray(bytes: Uint8Array, id: string | undefined): RgbImage {
  try {
    const image = viewArray(bytes);
    if (image.width * image.height > MAX_PIXELS) throw new Error('too many pixels');
    return image;
  } catch (error) {
    throw new UndecodableImageError(id, firstLine(error), { cause: error });
  }
}

function isNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && bytes[1] === 0x4e && bytes[2] === 0x55;
}

/** The image in an array file, without a copy: a view of `bytes`. */
function viewArray(bytes: Uint8Array): RgbImage {
  const { descr, fortranOrder, shape, dataStart } = parseNpyHeader(bytes);
  const [height = 0, width = 0, channels] = shape;
  if (descr !== '|u1' || fortranOrder || shape.length !== 3 || channels !== 3) {
    throw new Error('an array that is not [height, width, 3] of uint8');
  }
  const size = height * width * 3;
  if (size === 0 || bytes.length - dataStart !== size) {
    throw new Error(`an array of ${bytes.length - dataStart} bytes where ${size} belong`);
  }
  return { width, height, data: bytes.subarray(dataStart) };
}
