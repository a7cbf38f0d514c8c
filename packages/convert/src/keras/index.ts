export { type KerasFile, readKeras } from './read-keras.js';
