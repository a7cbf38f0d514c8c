import type { Preprocessing } from '@alexnet/model';

/**
 * Refuses a preprocessing that cannot be: no compiler looks at plain JavaScript, and `"RGB"` for `"rgb"` would
 * prepare for a network that takes blue first.
 *
 * @throws {RangeError} saying what has to be
 */
export function checkPreprocessing(preprocessing: Preprocessing): void {
  const { resize, crop, channelOrder, range, mean, std } = preprocessing ?? {};
  const rules: readonly (readonly [boolean, string])[] = [
    [isPixels(resize?.shorterSide), 'resize.shorterSide is a whole number of pixels'],
    [[undefined, true].includes(resize?.squash), 'resize.squash is true or left out'],
    [
      [undefined, 'bilinear', 'bicubic'].includes(resize?.interpolation),
      'resize.interpolation is "bilinear", "bicubic" or left out',
    ],
    [isPixels(crop?.height) && isPixels(crop?.width), 'crop has a height and a width in pixels'],
    [channelOrder === 'rgb' || channelOrder === 'bgr', 'channelOrder is "rgb" or "bgr"'],
    [range === 1 || range === 255, 'range is 1 or 255'],
    [isTriple(mean) || isObject(mean), 'mean is three numbers, a mean image or null'],
    [isTriple(std) && !std?.some((value) => value <= 0), 'std is three numbers above 0 or null'],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken) throw new RangeError(`preprocessing: ${broken[1]}`);
}

/**
 * Refuses a crop the resized image cannot hold, too.
 *
 * @throws {RangeError} as {@link checkPreprocessing}, or spelling out the sizes
 */
export function checkCrop(preprocessing: Preprocessing): void {
  checkPreprocessing(preprocessing);
  const { resize, crop } = preprocessing;
  if (crop.padding === undefined && Math.max(crop.height, crop.width) > resize.shorterSide) {
    throw new RangeError(
      `a crop of ${crop.width} × ${crop.height} px does not fit into images resized to a shorter side of ${resize.shorterSide} px`,
    );
  }
}

const isPixels = (value: unknown) => Number.isInteger(value) && (value as number) > 0;

const isObject = (value: unknown) => typeof value === 'object' && value !== null && 'data' in value;

const isTriple = (value: unknown) =>
  value === null || (Array.isArray(value) && value.length === 3 && value.every(Number.isFinite));
