import type { Preprocessing } from '@alexnet/model';
import { FormatError } from '../format-error.js';

const FIELDS = ['channelOrder', 'crop', 'mean', 'range', 'resize', 'std'];

/**
 * Refuses anything that is not exactly a {@link Preprocessing}: a wrong mean or channel order gives
 * wrong answers without an error, so nothing here is guessed or filled in.
 *
 * @throws FormatError bad-metadata
 */
export function checkPreprocessing(value: unknown): asserts value is Preprocessing {
  const fields = asRecord(value, 'preprocessing', FIELDS);
  const resize = asRecord(fields.resize, 'preprocessing.resize', ['shorterSide']);
  const crop = asRecord(fields.crop, 'preprocessing.crop', ['height', 'width']);
  expect(isPixels(resize.shorterSide), 'resize.shorterSide is not a whole number of pixels');
  expect(isPixels(crop.height) && isPixels(crop.width), 'crop is not a whole number of pixels');
  expect(
    fields.channelOrder === 'rgb' || fields.channelOrder === 'bgr',
    'channelOrder is neither "rgb" nor "bgr"',
  );
  expect(fields.range === 1 || fields.range === 255, 'range is neither 1 nor 255');
  expect(fields.mean === null || isTriple(fields.mean), 'mean is neither null nor three numbers');
  const std = fields.std;
  expect(
    std === null || (isTriple(std) && std.every((scale) => scale > 0)),
    'std is neither null nor three positive numbers',
  );
}

function asRecord(value: unknown, name: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError('bad-metadata', `${name} is not an object`);
  }
  const found = Object.keys(value).sort();
  if (found.join() !== keys.join()) {
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

function isTriple(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}
