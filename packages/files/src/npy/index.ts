export { encodeNpy, type NpyHeader, parseNpyHeader, readNpyHeader } from './npy-header.js';
