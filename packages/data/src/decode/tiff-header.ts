const EXTRA_SAMPLES = 338;
const SHORT = 3;

/**
 * What the first sample beside the colors of a TIFF is: 1 or 2 alpha, 0 anything else, as the infrared
 * of satellites; `null` where there is none or the file does not say.
 */
export function firstExtraSample(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return null;
  const little = bytes[0] === 0x49;
  if (view.getUint16(2, little) !== 42) return null;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return null;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > bytes.length) return null;
    if (view.getUint16(entry, little) !== EXTRA_SAMPLES) continue;
    if (view.getUint16(entry + 2, little) !== SHORT) return null;
    const count = view.getUint32(entry + 4, little);
    // Two of them fit into the entry; more lie elsewhere.
    const at = count <= 2 ? entry + 8 : view.getUint32(entry + 8, little);
    return count === 0 || at + 2 > bytes.length ? null : view.getUint16(at, little);
  }
  return null;
}
