/** An image and how far its features are. */
export interface Neighbor {
  readonly image: number;
  /** Euclidean distance of the features. */
  readonly distance: number;
}

/**
 * The images whose features are nearest, the nearest first, by Euclidean distance: figure 4 of the
 * paper, right, with the activations of the last hidden layer.
 */
export function nearest(
  features: ReadonlyMap<number, Float32Array>,
  wanted: Float32Array,
  count: number,
): Neighbor[] {
  const found: Neighbor[] = [];
  for (const [image, values] of features) {
    let sum = 0;
    for (let i = 0; i < wanted.length; i++) sum += ((values[i] ?? 0) - (wanted[i] ?? 0)) ** 2;
    found.push({ image, distance: Math.sqrt(sum) });
  }
  return found.sort((a, b) => a.distance - b.distance).slice(0, count);
}
