/** Bytes of a tar block; headers and file contents start on block boundaries. */
export const TAR_BLOCK = 512;

/** Two blocks of zeros end an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * TAR_BLOCK);

/**
 * One regular file as tar bytes: header, content, zeros up to the next block. Owner, mode and time
 * are fixed, so the same content gives the same bytes.
 *
 * @param path At most 100 ASCII characters.
 */
export function encodeTarFile(path: string, content: Uint8Array): Uint8Array {
  if (path.length > 100 || !/^[\x21-\x7e]+$/.test(path)) {
    throw new RangeError(`"${path}" does not fit a plain tar header`);
  }
  const padded = Math.ceil(content.length / TAR_BLOCK) * TAR_BLOCK;
  const bytes = new Uint8Array(TAR_BLOCK + padded);
  const write = (text: string, at: number) => bytes.set(new TextEncoder().encode(text), at);
  write(path, 0);
  write('0000644\0', 100);
  write('0000000\0', 108);
  write('0000000\0', 116);
  write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  write('00000000000\0', 136);
  write('        ', 148);
  write('0', 156);
  write('ustar\x0000', 257);
  const sum = bytes.subarray(0, TAR_BLOCK).reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  bytes.set(content, TAR_BLOCK);
  return bytes;
}
