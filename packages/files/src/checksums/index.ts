export { crc32 } from './crc32.js';
export { crc32c, maskedCrc32c } from './crc32c.js';
