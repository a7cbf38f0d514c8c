/**
 * One decoded picture.
 *
 * `data` is `[height, width, 3]`, row-major, channels interleaved R, G, B, 8 bits each (0..255),
 * sRGB. Structurally the same type as `Picture` of `@alexnet/augment`.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
