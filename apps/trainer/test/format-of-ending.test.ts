import { expect, test } from 'vitest';
import { formatOfEnding } from '../src/convert/formats.js';

test.each([
  ['a.safetensors', 'safetensors'],
  ['a.PTH', 'torch'],
  ['a.weights.h5', 'keras'],
  ['folder/', 'tfjs'],
])('%s is written as %s', (name, format) => {
  expect(formatOfEnding(name)).toBe(format);
});

test.each([
  // Keras takes an .h5 of any other name for its layout of 2015 and finds no layers in it.
  ['a.h5', 'did you mean .weights.h5?'],
  ['a.saftensors', 'did you mean .safetensors?'],
  ['a', 'it has none'],
])('%s is refused with the nearest ending', (name, message) => {
  expect(() => formatOfEnding(name)).toThrow(message);
});
