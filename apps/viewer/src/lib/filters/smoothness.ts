import type { Weight } from '@alexnet/convert';

/**
 * How alike neighboring weights of the conv1 filters are: correlation of each weight with its right
 * neighbor over all filters, −1 to 1. Independent random weights give 0.
 */
export function smoothness(filters: Weight): number {
  const [height = 0, width = 0, depth = 0, count = 0] = filters.shape;
  const step = depth * count;
  let product = 0;
  let energy = 0;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < (width - 1) * step; i++) {
      const a = filters.data[y * width * step + i] ?? 0;
      const b = filters.data[y * width * step + i + step] ?? 0;
      product += a * b;
      energy += (a * a + b * b) / 2;
    }
  }
  return energy > 0 ? product / energy : 0;
}
