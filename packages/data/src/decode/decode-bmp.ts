import type { RgbImage } from '@alexnet/files/image';

/** Compression of a BMP (Microsoft, BITMAPINFOHEADER): plain, two run lengths, masks of channels. */
const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Of red, green and blue, for 16 and 32 bits. */
  readonly masks: readonly [number, number, number];
  /** Bytes B, G, R (and one more, but for OS/2) a color. */
  readonly palette: Uint8Array;
  readonly paletteStep: number;
  readonly start: number;
}

/**
 * Decodes a Windows or OS/2 bitmap: 1, 4, 8, 16, 24 or 32 bits, run lengths, any row order. Alpha, which
 * most writers leave at zero, is ignored.
 *
 * @throws {Error} when it is cut short, damaged, of another kind, or over `maxPixels`.
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): RgbImage<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(bytes, view);
  const { width, height, topDown } = header;
  if (width < 1 || height < 1 || width * height > maxPixels) {
    throw new Error(`${width} × ${height} px`);
  }
  const data = new Uint8Array(width * height * 3);
  const isRle = header.compression === RLE8 || header.compression === RLE4;
  const indices = isRle ? unpackRuns(bytes, header) : null;
  const rowBytes = Math.ceil((width * header.bits) / 32) * 4;
  if (
    !isRle &&
    header.start + rowBytes * (height - 1) + Math.ceil((width * header.bits) / 8) > bytes.length
  ) {
    throw new Error('it is cut short');
  }
  for (let row = 0; row < height; row++) {
    const from = header.start + row * rowBytes;
    let out = (topDown ? row : height - 1 - row) * width * 3;
    for (let x = 0; x < width; x++, out += 3) {
      if (header.bits === 24) {
        for (let c = 0; c < 3; c++) data[out + c] = bytes[from + x * 3 + 2 - c] ?? 0;
      } else if (header.bits > 8) {
        const at = from + (x * header.bits) / 8;
        const pixel = header.bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
        for (let c = 0; c < 3; c++) data[out + c] = channel(pixel, header.masks[c] as number);
      } else {
        const index = indices
          ? (indices[row * width + x] as number)
          : indexAt(bytes, from, x, header.bits);
        const color = index * header.paletteStep;
        for (let c = 0; c < 3; c++) data[out + c] = header.palette[color + 2 - c] ?? 0;
      }
    }
  }
  return { width, height, data };
}

function readHeader(bytes: Uint8Array, view: DataView): Header {
  if (bytes.length < 26) throw new Error('it is cut short');
  const start = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  const isOs2 = size === 12;
  if (14 + size > bytes.length) throw new Error('it is cut short');
  const width = isOs2 ? view.getUint16(18, true) : view.getInt32(18, true);
  const rows = isOs2 ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOs2 ? 24 : 28, true);
  const compression = isOs2 ? RGB : view.getUint32(30, true);
  const masked = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  const fits =
    ([RGB, BITFIELDS, ALPHA_BITFIELDS].includes(compression) &&
      [1, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === RLE8 && bits === 8) ||
    (compression === RLE4 && bits === 4);
  if (!fits || (masked && bits < 16))
    throw new Error(`a bitmap of ${bits} bits, compression ${compression}`);
  if (masked && bytes.length < 66) throw new Error('it is cut short');
  const given = [54, 58, 62].map((at) => (masked ? view.getUint32(at, true) : 0));
  const usual = bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
  const [red = 0, green = 0, blue = 0] = masked ? given : usual;
  const used = isOs2 || size < 36 ? 0 : view.getUint32(46, true);
  const colors = bits > 8 ? 0 : Math.min(used || 2 ** bits, 256);
  const paletteStep = isOs2 ? 3 : 4;
  const table = 14 + size;
  return {
    width,
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    compression,
    masks: [red, green, blue],
    palette: bytes.subarray(table, Math.min(table + colors * paletteStep, start)),
    paletteStep,
    start,
  };
}

function indexAt(bytes: Uint8Array, row: number, x: number, bits: number): number {
  const at = x * bits;
  const byte = bytes[row + (at >> 3)] ?? 0;
  return (byte >> (8 - bits - (at & 7))) & (2 ** bits - 1);
}

/** The bits of a mask, scaled to 0..255. */
function channel(pixel: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = Math.clz32(mask & -mask) ^ 31;
  const top = mask >>> shift;
  return Math.round((((pixel & mask) >>> shift) * 255) / top);
}

/** Color numbers `[height, width]`, bottom row first; what runs leave out is color 0. */
function unpackRuns(bytes: Uint8Array, { width, height, compression, start }: Header): Uint8Array {
  const indices = new Uint8Array(width * height);
  const set = (x: number, y: number, index: number) => {
    if (x < width && y < height) indices[y * width + x] = index;
  };
  const nibble = (byte: number, i: number) => (i % 2 === 0 ? byte >> 4 : byte & 15);
  let [x, y, at] = [0, 0, start];
  while (at + 1 < bytes.length && y < height) {
    const count = bytes[at] as number;
    const value = bytes[at + 1] as number;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) set(x++, y, compression === RLE8 ? value : nibble(value, i));
    } else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return indices;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      for (let i = 0; i < value; i++) {
        set(
          x++,
          y,
          compression === RLE8 ? (bytes[at + i] ?? 0) : nibble(bytes[at + (i >> 1)] ?? 0, i),
        );
      }
      const stored = compression === RLE8 ? value : Math.ceil(value / 2);
      at += stored + (stored % 2);
    }
  }
  if (y < height - 1) throw new Error('it is cut short');
  return indices;
}
