export { readTar, type TarEntry } from './read-tar.js';
export { encodeTarFile, TAR_BLOCK, TAR_END } from './write-tar.js';
