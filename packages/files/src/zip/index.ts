export { inflate, inflateUpTo } from './inflate.js';
export { readZip, type ZipEntry, type ZipLimits } from './read-zip.js';
export { writeZip, type ZipMember } from './write-zip.js';
