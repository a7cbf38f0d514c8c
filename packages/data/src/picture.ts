/**
 * One decoded picture.
 *
 * `data` is `[height, width, 3]`, row-major, channels interleaved R, G, B, 8 bits each (0..255),
 * sRGB. Structurally the same type as `Picture` of `@alexnet/augment`.
 */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** `[height, width, 3]`, values 0..255. */
  readonly data: Uint8Array;
}
