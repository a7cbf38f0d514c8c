export { type MatValue, matNumbers, readMat } from './read-mat.js';
