import type { RgbImage } from '@alexnet/files/image';

/**
 * Decodes a PBM, PGM or PPM file (netpbm, P1 to P6): text or binary, up to 16 bits a value.
 *
 * @throws {Error} when it is cut short, damaged, or over `maxPixels`.
 */
export function decodePnm(bytes: Uint8Array, maxPixels: number): RgbImage<Uint8Array> {
  const kind = (bytes[1] ?? 0) - 0x30;
  let at = 2;
  /** The next number of the header or of a text file; comments run from # to the end of a line. */
  const number = (digits = 9) => {
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
      else if (byte > 0x20) break;
      else at++;
    }
    const from = at;
    let value = 0;
    while (at - from < digits && (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39) {
      value = value * 10 + (bytes[at++] as number) - 0x30;
    }
    if (at === from)
      throw new Error(at >= bytes.length ? 'it is cut short' : 'a number is missing');
    return value;
  };
  const width = number();
  const height = number();
  const isBitmap = kind === 1 || kind === 4;
  const top = isBitmap ? 1 : number();
  if (width < 1 || height < 1 || width * height > maxPixels)
    throw new Error(`${width} × ${height} px`);
  if (top < 1 || top > 65_535) throw new Error(`a largest value of ${top}`);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const isText = kind <= 3;
  const start = at + 1;
  const wide = top > 255 ? 2 : 1;
  const rowBits = Math.ceil(width / 8);
  const size = kind === 4 ? rowBits * height : width * height * channels * wide;
  if (!isText && start + size > bytes.length) throw new Error('it is cut short');
  const valueAt = (i: number) => {
    if (isText) return number(isBitmap ? 1 : 9);
    if (kind === 4) {
      const x = i % width;
      return (
        ((bytes[start + Math.floor(i / width) * rowBits + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1
      );
    }
    const from = start + i * wide;
    return wide === 1 ? (bytes[from] ?? 0) : (bytes[from] ?? 0) * 256 + (bytes[from + 1] ?? 0);
  };
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height * channels; i++) {
    const share = Math.min(1, valueAt(i) / top);
    // In a bitmap 1 is black.
    const level = Math.round(255 * (isBitmap ? 1 - share : share));
    if (channels === 3) data[i] = level;
    else data.fill(level, i * 3, i * 3 + 3);
  }
  return { width, height, data };
}
