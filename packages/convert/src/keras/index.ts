export type { LayerGroups } from './layer-tensors.js';
export { type KerasFile, readKeras } from './read-keras.js';
