import { createSpec } from '@alexnet/model';
import { expect, test } from 'vitest';
import { preprocessingFor } from '../src/index.js';

const spec = createSpec('alexnet', { input: 99, classes: 10 });
const colors = { mean: [1, 2, 3], std: [4, 5, 6] } as never;
const recipe = (preprocessing: object) =>
  ({ preprocessing: { shorterSide: 112, divideBy: 58, ...preprocessing } }) as never;

test('images have the size of the recipe, the crop of the network, the mean of the training images', () => {
  expect(preprocessingFor(recipe({}), spec, colors)).toEqual({
    resize: { shorterSide: 112 },
    crop: { height: 99, width: 99 },
    channelOrder: 'rgb',
    range: 255,
    mean: [1, 2, 3],
    std: [58, 58, 58],
  });
  const meanImage = { height: 112, width: 112, data: new Float32Array() };
  expect(preprocessingFor(recipe({}), spec, colors, meanImage).mean).toBe(meanImage);
});

test.each([
  [1, null],
  ['deviation', [4, 5, 6]],
])('divideBy %j divides by %j', (divideBy, std) => {
  expect(preprocessingFor(recipe({ divideBy }), spec, colors).std).toEqual(std);
});

test('what cannot be prepared is refused, and what to set is said', () => {
  expect(preprocessingFor(recipe({ shorterSide: 99 }), spec, colors).crop.width).toBe(99);
  expect(() => preprocessingFor(recipe({ shorterSide: 98 }), spec, colors)).toThrow(
    'the network looks at 99×99 px, more than the 98 px images are resized to: raise it with --set preprocessing.shorterSide=113',
  );
  expect(() => preprocessingFor(recipe({}), createSpec('lenet5'), colors)).toThrow(
    'lenet5 looks at gray images; training here takes color ones',
  );
  expect(() => preprocessingFor(recipe({ mean: 'image' }), spec, colors)).toThrow(
    'the recipe subtracts the mean image, which was not measured',
  );
  const black = { mean: [0, 0, 0], std: [4, 0, 6] } as never;
  expect(() => preprocessingFor(recipe({ divideBy: 'deviation' }), spec, black)).toThrow(
    'the training images are all of one color: divideBy needs a number',
  );
});
