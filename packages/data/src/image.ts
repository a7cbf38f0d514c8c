/**
 * One decoded image.
 *
 * `data` is `[height, width, 3]`, row-major, channels interleaved R, G, B, 8 bits each (0..255),
 * sRGB. Structurally the same type as `RgbImage` of `@alexnet/augment`.
 */
export interface RgbImage {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `[height, width, 3]`, values 0..255. */
  readonly data: Uint8Array;
}
