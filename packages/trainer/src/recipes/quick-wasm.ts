import type { Recipe } from '../recipe.js';
import { quick } from './quick.js';

export const quickWasm: Recipe = {
  ...quick,
  name: 'quick-wasm',
  network: { ...quick.network, width: 0.25, input: 43 },
  preprocessing: { ...quick.preprocessing, shorterSide: 48 },
  epochs: 10,
};
