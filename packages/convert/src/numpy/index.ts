export { readNpy } from './read-npy.js';
export { type NumpyFile, readNumpy } from './read-numpy.js';
export { writeNpz } from './write-npz.js';
