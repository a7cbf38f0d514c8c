/** A class and its probability. */
export interface Ranked {
  readonly index: number;
  readonly probability: number;
}

/** The class most probable in `probabilities`. */
export function best(probabilities: Float32Array): Ranked {
  let index = 0;
  for (let i = 1; i < probabilities.length; i++) {
    if ((probabilities[i] ?? 0) > (probabilities[index] ?? 0)) index = i;
  }
  return { index, probability: probabilities[index] ?? 0 };
}
