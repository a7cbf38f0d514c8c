export { cacheDirectory } from './cache-directory.js';
export { type Release, tryLock, withLock } from './with-lock.js';
export { writeAtomically } from './write-atomically.js';
export { writeError } from './write-error.js';
