/**
 * Color-blind-safe scales as straight lines between a few published stops:
 * inferno (van der Walt and Smith) for what is never negative, ColorBrewer PuOr for signed values.
 */
const INFERNO = [
  '#000004',
  '#1b0c41',
  '#4a0c6b',
  '#781c6d',
  '#a52c60',
  '#cf4446',
  '#ed6925',
  '#fb9b06',
  '#f7d13d',
  '#fcffa4',
];
const SIGNED = [
  '#2d004b',
  '#542788',
  '#8073ac',
  '#b2abd2',
  '#d8daeb',
  '#f7f7f7',
  '#fee0b6',
  '#fdb863',
  '#e08214',
  '#b35806',
  '#7f3b08',
];

/** 256 colors as RGB bytes. */
export type ColorTable = Uint8Array;

export const sequential: ColorTable = table(INFERNO);
export const diverging: ColorTable = table(SIGNED);

function table(stops: readonly string[]): ColorTable {
  const out = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    for (let c = 0; c < 3; c++) {
      const a = channel(stops[low], c);
      const b = channel(stops[low + 1], c);
      out[i * 3 + c] = Math.round(a + (b - a) * (at - low));
    }
  }
  return out;
}

function channel(hex: string | undefined, index: number): number {
  return Number.parseInt((hex ?? '#000000').slice(1 + index * 2, 3 + index * 2), 16);
}

/** Writes the color of `share` (0 to 1, clamped) at byte `offset` of RGBA pixels. */
export function paint(
  pixels: Uint8ClampedArray,
  offset: number,
  colors: ColorTable,
  share: number,
): void {
  const index = Math.max(0, Math.min(255, Math.round(share * 255))) * 3;
  pixels[offset] = colors[index] ?? 0;
  pixels[offset + 1] = colors[index + 1] ?? 0;
  pixels[offset + 2] = colors[index + 2] ?? 0;
  pixels[offset + 3] = 255;
}
