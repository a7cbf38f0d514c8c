import type { Pixels } from '@alexnet/model';

/** An image that could not be read, and why. */
export interface SkippedImage {
  readonly id: string;
  readonly reason: string;
}

/** Pixels ready for the network, with what it should answer. */
export interface Batch<P extends Pixels = Float32Array> {
  /**
   * Preprocessed pixels, `[n, height, width, 3]`, channel order and range as the preprocessing says; or
   * bytes that a device makes such pixels of.
   */
  readonly pixels: P;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Class indices of the images, `[n]`. */
  readonly labels: Int32Array;
  /**
   * `[n, classes]`, one-hot unless operations soften, mix or weigh it; each row adds up to 1 unless
   * weighted.
   */
  readonly targets: Float32Array;
  /** Of the images, `[n]`. */
  readonly ids: readonly string[];
  /** Images of this batch that could not be read; n is smaller by as many. */
  readonly skipped: readonly SkippedImage[];
}
