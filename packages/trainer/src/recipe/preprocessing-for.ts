import type { ColorStatistics } from '@alexnet/augment';
import type { MeanImage, NetworkSpec, Preprocessing } from '@alexnet/model';
import { TrainingError } from '../training-error.js';
import type { Recipe } from './recipe.js';

/**
 * How images are prepared for a network trained by `recipe`: the recipe's size and deviation, the
 * network's crop, the mean of the training images.
 *
 * @param colors Of the training images resized to the recipe's shorter side.
 * @param meanImage Of the same images, subtracted instead of their mean color.
 * @throws {TrainingError} `bad-recipe` for a network of gray images, one that looks at more than the
 * shorter side, a deviation of 0, and a recipe that subtracts the mean image where none is given
 */
export function preprocessingFor(
  recipe: Pick<Recipe, 'preprocessing'>,
  { preset, input: { height, width, channels } }: NetworkSpec,
  colors: ColorStatistics,
  meanImage: MeanImage | null = null,
): Preprocessing {
  const { shorterSide, divideBy, mean } = recipe.preprocessing;
  if (channels !== 3) {
    throw new TrainingError(
      'bad-recipe',
      `${preset} looks at gray images; training here takes color ones`,
    );
  }
  if (mean === 'image' && meanImage === null) {
    throw new TrainingError(
      'bad-recipe',
      'the recipe subtracts the mean image, which was not measured: --set preprocessing.mean=channel subtracts the mean color',
    );
  }
  const side = Math.max(height, width);
  if (shorterSide < side) {
    throw new TrainingError(
      'bad-recipe',
      `the network looks at ${height}×${width} px, more than the ${shorterSide} px images are resized to: raise it with --set preprocessing.shorterSide=${Math.round(side * 1.14)}`,
    );
  }
  return {
    resize: { shorterSide },
    crop: { height, width },
    channelOrder: 'rgb',
    range: 255,
    mean: meanImage ?? colors.mean,
    std: deviationOf(divideBy, colors),
  };
}

function deviationOf(
  divideBy: Recipe['preprocessing']['divideBy'],
  { std }: ColorStatistics,
): Preprocessing['std'] {
  if (divideBy === 1) return null;
  if (divideBy !== 'deviation') return [divideBy, divideBy, divideBy];
  if (std.includes(0))
    throw new TrainingError(
      'bad-recipe',
      'the training images are all of one color: divideBy needs a number',
    );
  return std;
}
