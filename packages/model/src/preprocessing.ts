/** How an image becomes the tensor a network was trained on; it travels with the weights. */
export interface Preprocessing {
  /** Scale so that the shorter side has this many pixels, proportions kept. */
  readonly resize: { readonly shorterSide: number };
  /** Cut this many pixels out of the center, when not training. */
  readonly crop: { readonly height: number; readonly width: number };
  readonly channelOrder: 'rgb' | 'bgr';
  /** Largest pixel value before the mean is taken off: 255, or 1 after division by 255. */
  readonly range: 1 | 255;
  /** Subtracted per channel, in units of `range` and in `channelOrder`; null when unknown or none. */
  readonly mean: readonly [number, number, number] | null;
  /** Divides per channel after the mean, same units and order; null when unknown or none. */
  readonly std: readonly [number, number, number] | null;
}
