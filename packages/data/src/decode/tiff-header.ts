/** Bytes of whole numbers, by their type: short, long, and BigTIFF's long. */
const SIZES: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 };
const [BITS, COMPRESSION, PHOTOMETRIC, EXTRA_SAMPLES, SAMPLE_FORMAT] = [258, 259, 262, 338, 339];
/** Where the colors of a palette lie, and the tiles and their sizes. */
const [COLOR_MAP, TILE_OFFSETS, TILE_BYTES] = [320, 324, 325];
const YCBCR = 6;
const [SIGNED, FLOATS] = [2, 3];
/** Old and new. */
const JPEG_COMPRESSIONS = [6, 7];

/**
 * What the first sample beside the colors of a TIFF is: 1 or 2 alpha, 0 anything else, as the infrared
 * of satellites; `null` where there is none or the file does not say.
 */
export function firstExtraSample(bytes: Uint8Array): number | null {
  return firstValue(bytes, EXTRA_SAMPLES);
}

/**
 * Refuses pictures of which libvips makes others without a word: gray of the first of many bands, colors of
 * brightness and two differences, black of half floats and of signed numbers of 16 bits.
 */
export function refuseMisread(
  bytes: Uint8Array,
  { space = '', channels = 0 }: { readonly space?: string; readonly channels?: number },
): void {
  if (isCut(bytes)) throw new Error('it is cut short');
  if (['b-w', 'grey16'].includes(space) && channels > 2) {
    throw new Error(`${channels} bands, and nothing says which are red, green and blue`);
  }
  const isPlain = !JPEG_COMPRESSIONS.includes(firstValue(bytes, COMPRESSION) ?? 1);
  if (isPlain && firstValue(bytes, PHOTOMETRIC) === YCBCR) {
    throw new Error('a TIFF of YCbCr without JPEG, which is not read; save it as RGB');
  }
  const isUnusual = [SIGNED, FLOATS].includes(firstValue(bytes, SAMPLE_FORMAT) ?? 1);
  if (isUnusual && firstValue(bytes, BITS) === 16) {
    throw new Error(
      'a TIFF of 16-bit floats or signed numbers, which is not read; save gray levels of 8 bits',
    );
  }
}

/** True when colors or tiles lie behind the end: libvips makes gray and black of them. */
function isCut(bytes: Uint8Array): boolean {
  const sizes = valuesOf(bytes, TILE_BYTES);
  const tiles = valuesOf(bytes, TILE_OFFSETS);
  if (sizes === null || tiles === null || valuesOf(bytes, COLOR_MAP) === null) return true;
  return tiles.some((offset, i) => offset + (sizes[i] ?? 0) > bytes.length);
}

/** The first value of a tag in the first directory of a TIFF or BigTIFF, where it is a short or long. */
function firstValue(bytes: Uint8Array, tag: number): number | null {
  return valuesOf(bytes, tag, 1)?.[0] ?? null;
}

/**
 * Values of a tag in the first directory of a TIFF or BigTIFF, where they are shorts, longs or 8 bytes; none
 * where it has no such tag.
 *
 * @returns `null` when they lie behind the end of the file.
 */
function valuesOf(bytes: Uint8Array, tag: number, most = Infinity): number[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return null;
  const little = bytes[0] === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  /** Bytes of a count or an offset. */
  const word = isBig ? 8 : 4;
  const valueAt = (at: number, size: number) => {
    if (size === 8) return Number(view.getBigUint64(at, little));
    return size === 4 ? view.getUint32(at, little) : view.getUint16(at, little);
  };
  const directory = valueAt(word, word);
  const first = directory + (isBig ? 8 : 2);
  if (first > bytes.length) return null;
  const entries = valueAt(directory, isBig ? 8 : 2);
  for (let i = 0; i < entries; i++) {
    const entry = first + i * (4 + 2 * word);
    if (entry + 4 + 2 * word > bytes.length) return null;
    if (view.getUint16(entry, little) !== tag) continue;
    const size = SIZES[view.getUint16(entry + 2, little)];
    const count = valueAt(entry + 4, word);
    if (size === undefined) return [];
    // Few values lie in the entry, more elsewhere.
    const at = count * size <= word ? entry + 4 + word : valueAt(entry + 4 + word, word);
    if (at + count * size > bytes.length) return null;
    return Array.from({ length: Math.min(count, most) }, (_, n) => valueAt(at + n * size, size));
  }
  return [];
}
