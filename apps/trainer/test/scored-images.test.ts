import type { Dataset } from '@alexnet/data';
import { expect, test } from 'vitest';
import { chooseImages } from '../src/scored-images.js';

const split = { records: [{ id: 'a/1.png', label: 0 }] };
const dataset = (validationFrom: string) =>
  ({ name: 'pets', train: split, validation: split, validationFrom }) as unknown as Dataset;
const said = async (from: string, trainedSet: string) =>
  (await chooseImages(dataset(from), undefined, null, trainedSet)).which;

test('weights away from their run are scored on what they may have been trained on: it is said', async () => {
  expect(await said('held-out', 'pets')).toMatch(/^all of pets, also those .* were trained on/);
  expect(await said('held-out', 'cars')).toBe('all of pets');
  expect(await said('source', 'pets')).toBe('the validation images of pets');
});
