const SHORT = 3;
const LONG = 4;
const [BITS, COMPRESSION, PHOTOMETRIC, EXTRA_SAMPLES, SAMPLE_FORMAT] = [258, 259, 262, 338, 339];
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

/** The first value of a tag in the first directory of a TIFF or BigTIFF, where it is a short or long. */
function firstValue(bytes: Uint8Array, tag: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return null;
  const little = bytes[0] === 0x49;
  const isBig = view.getUint16(2, little) === 43;
  /** Bytes of a count or an offset. */
  const word = isBig ? 8 : 4;
  const wordAt = (at: number) =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const directory = wordAt(word);
  const first = directory + (isBig ? 8 : 2);
  if (first > bytes.length) return null;
  const entries = isBig ? wordAt(directory) : view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = first + i * (4 + 2 * word);
    if (entry + 4 + 2 * word > bytes.length) return null;
    if (view.getUint16(entry, little) !== tag) continue;
    const type = view.getUint16(entry + 2, little);
    const size = type === LONG ? 4 : 2;
    const count = wordAt(entry + 4);
    // Few values lie in the entry, more elsewhere.
    const at = count * size <= word ? entry + 4 + word : wordAt(entry + 4 + word);
    if (![SHORT, LONG].includes(type) || count === 0 || at + size > bytes.length) return null;
    return type === LONG ? view.getUint32(at, little) : view.getUint16(at, little);
  }
  return null;
}
