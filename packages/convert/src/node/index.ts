export { type OpenFiles, openFiles, type ReadReport } from './open-files.js';
