/** How an image becomes the tensor a network was trained on; it travels with the weights. */
export interface Preprocessing {
  readonly resize: Resize;
  /** Cut this many pixels out of the center, when not training. */
  readonly crop: Crop;
  readonly channelOrder: 'rgb' | 'bgr';
  /** Largest pixel value before the mean is taken off: 255, or 1 after division by 255. */
  readonly range: 1 | 255;
  /**
   * Subtracted: a number per channel, in units of `range` and in `channelOrder`, or the center crop of
   * a mean image; null when unknown or none.
   */
  readonly mean: readonly [number, number, number] | MeanImage | null;
  /** Divides per channel after the mean, in units of `range` and in `channelOrder`; null when unknown or none. */
  readonly std: readonly [number, number, number] | null;
}

/** To which size, and how, an image is scaled before it is cropped. */
export interface Resize {
  /** Pixels of the shorter side afterwards. */
  readonly shorterSide: number;
  /**
   * Both sides get `shorterSide` pixels and proportions are lost, as with Caffe's `convert_imageset
   * --resize_height 256 --resize_width 256`; absent: proportions are kept.
   */
  readonly squash?: true;
  /** How values between pixels are found; absent: bilinear. */
  readonly interpolation?: 'bilinear' | 'bicubic';
  /**
   * `false`: an image that shrinks is sampled between its four nearest pixels, as OpenCV's
   * `INTER_LINEAR` does, bilinear only; absent: it is averaged over all its pixels, as PIL does.
   */
  readonly antialias?: false;
}

/** A rectangle of an image, in pixels. */
export interface Crop {
  readonly height: number;
  readonly width: number;
  /**
   * Gray level, 0..255, of what lies around an image smaller than the crop; 0 is what torchvision's
   * `CenterCrop` does. Absent: such an image is refused.
   */
  readonly padding?: number;
}

/** The mean of all training images, pixel by pixel, whatever `channelOrder` and `range` are. */
export interface MeanImage {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** `[height, width, 3]`, RGB, gray levels 0..255. */
  readonly data: Float32Array;
}

/** The mean image of a preprocessing, or null where it has a number per channel or none. */
export function meanImageOf({ mean }: Pick<Preprocessing, 'mean'>): MeanImage | null {
  return mean !== null && 'data' in mean ? mean : null;
}

/** The number per channel a preprocessing subtracts, or null where that is a mean image or nothing. */
export function channelMeanOf({
  mean,
}: Pick<Preprocessing, 'mean'>): readonly [number, number, number] | null {
  return mean !== null && !('data' in mean) ? mean : null;
}

/** A preprocessing as one line of words, in the order in which it is done. */
export function describePreprocessing(preprocessing: Preprocessing): string {
  const { resize, crop, channelOrder, range, std } = preprocessing;
  const side = resize.shorterSide;
  const means = channelMeanOf(preprocessing);
  const image = meanImageOf(preprocessing);
  const round = (values: readonly number[]) => values.map((value) => +value.toFixed(3)).join(' ');
  const plain = resize.antialias === false ? ', not antialiased' : '';
  return [
    `${resize.squash ? `squashed to ${side}×${side}` : `shorter side to ${side}`} px (${resize.interpolation ?? 'bilinear'}${plain})`,
    `center ${crop.width}×${crop.height}${crop.padding === undefined ? '' : `, padded with ${crop.padding}`}`,
    `${channelOrder.toUpperCase()} 0 to ${range}`,
    ...(means ? [`minus ${round(means)}`] : []),
    ...(image ? [`minus a ${image.width}×${image.height} mean image`] : []),
    ...(std ? [`divided by ${round(std)}`] : []),
  ].join(', ');
}
