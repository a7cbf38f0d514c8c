import { FormatError } from '../format-error.js';
import { MEAN_TENSOR, type PreprocessingJson } from './mean-tensor.js';

const RESIZE_OPTIONS = ['squash', 'interpolation', 'antialias'];
const FIELDS = ['channelOrder', 'crop', 'mean', 'range', 'resize', 'std'];

/**
 * Refuses anything that is not exactly the metadata of a {@link PreprocessingJson}: a wrong mean or channel order gives
 * wrong answers without an error, so nothing here is guessed or filled in.
 *
 * @throws FormatError bad-metadata
 */
export function checkPreprocessing(value: unknown): asserts value is PreprocessingJson {
  const fields = asRecord(value, 'preprocessing', FIELDS);
  const resize = asRecord(fields.resize, 'preprocessing.resize', ['shorterSide'], RESIZE_OPTIONS);
  const crop = asRecord(fields.crop, 'preprocessing.crop', ['height', 'width'], ['padding']);
  expect(isPixels(resize.shorterSide), 'resize.shorterSide is not a whole number of pixels');
  const { squash, interpolation = 'bilinear', antialias } = resize;
  expect(squash === undefined || squash === true, 'resize.squash is neither left out nor true');
  expect(
    interpolation === 'bilinear' || interpolation === 'bicubic',
    'resize.interpolation is neither "bilinear" nor "bicubic"',
  );
  expect(
    antialias === undefined || (antialias === false && interpolation === 'bilinear'),
    'resize.antialias is neither left out nor false for "bilinear"',
  );
  const { padding = 0 } = crop;
  expect(
    typeof padding === 'number' && padding >= 0 && padding <= 255,
    'crop.padding is no gray level from 0 to 255',
  );
  expect(isPixels(crop.height) && isPixels(crop.width), 'crop is not a whole number of pixels');
  expect(
    fields.channelOrder === 'rgb' || fields.channelOrder === 'bgr',
    'channelOrder is neither "rgb" nor "bgr"',
  );
  expect(fields.range === 1 || fields.range === 255, 'range is neither 1 nor 255');
  expect(
    fields.mean === null || isTriple(fields.mean) || isMeanJson(fields.mean),
    'mean is neither null, three numbers nor a mean image',
  );
  const std = fields.std;
  expect(
    std === null || (isTriple(std) && std.every((scale) => scale > 0)),
    'std is neither null nor three positive numbers',
  );
}

function asRecord(
  value: unknown,
  name: string,
  keys: readonly string[],
  optional: readonly string[] = [],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError('bad-metadata', `${name} is not an object`);
  }
  const found = Object.keys(value);
  const wanted = found.filter((key) => !optional.includes(key)).sort();
  if (wanted.join() !== keys.join()) {
    throw new FormatError('bad-metadata', `${name} has fields ${found}, expected ${keys}`);
  }
  return value as Record<string, unknown>;
}

function expect(condition: boolean, message: string): void {
  if (!condition) throw new FormatError('bad-metadata', `preprocessing: ${message}`);
}

function isPixels(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isMeanJson(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const mean = value as Record<string, unknown>;
  const keys = Object.keys(mean).sort().join();
  if (keys === 'tensor') return mean.tensor === MEAN_TENSOR;
  const sized = keys === 'float32,height,width' && isPixels(mean.height) && isPixels(mean.width);
  return sized && typeof mean.float32 === 'string' && isBase64(mean.float32);
}

/** Looks for what does not belong: a match of megabytes is more than a regular expression takes. */
function isBase64(text: string): boolean {
  return !/[^A-Za-z0-9+/]/.test(text.replace(/={1,2}$/, ''));
}

function isTriple(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}
