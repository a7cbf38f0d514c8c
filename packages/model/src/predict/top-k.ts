/** A class and how likely it is. */
export interface ClassProbability {
  /** Class index, from 0. */
  readonly index: number;
  /** 0..1 */
  readonly probability: number;
}

/** The `k` most likely classes, most likely first; equal ones in class order. Fewer when there are fewer. */
export function topK(probabilities: ArrayLike<number>, k: number): ClassProbability[] {
  return Array.from(probabilities, (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, k);
}
