import type { Tf } from '@alexnet/model';

type Tensor = import('@tensorflow/tfjs-core').Tensor;

/**
 * Directions in which the colors of photographs vary, columns by falling share: brightness, blue
 * against yellow, green against magenta. `color_correlation_svd_sqrt` of Lucid
 * (tensorflow/lucid, lucid/optvis/param/color.py, Apache-2.0), measured there on ImageNet.
 */
const COLOR_DIRECTIONS = [
  [0.26, 0.09, 0.02],
  [0.27, 0.0, -0.05],
  [0.27, -0.09, 0.03],
] as const;

/** Mixes independent colors [pixels, 3] to red, green and blue as photographs mix them. */
export function decorrelatedColors(tf: Tf) {
  const norm = Math.max(
    ...[0, 1, 2].map((column) => Math.hypot(...COLOR_DIRECTIONS.map((row) => row[column] ?? 0))),
  );
  const matrix = tf.tensor2d(
    // Transposed: pixels are rows here.
    [0, 1, 2].flatMap((direction) =>
      COLOR_DIRECTIONS.map((channel) => (channel[direction] ?? 0) / norm),
    ),
    [3, 3],
  );
  return {
    mix: (pixels: Tensor): Tensor => tf.matMul(pixels, matrix),
    dispose: () => matrix.dispose(),
  };
}
