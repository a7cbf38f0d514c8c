import type { RgbImage } from '@alexnet/augment';
import type { Classifier } from '@alexnet/classifier';
import { type ClassProbability, topK } from '@alexnet/model';

/** What the network said. */
export interface Answer {
  readonly probabilities: Float32Array;
  /** Probabilities of each of the ten crops, or null for one crop. */
  readonly crops: readonly Float32Array[] | null;
  readonly durationMs: number;
}

/** Asks a network once or ten times, and how long it took. */
export async function answerOf(
  classifier: Classifier<RgbImage>,
  image: RgbImage,
  tenCrop: boolean,
): Promise<Answer> {
  const started = performance.now();
  const { probabilities, crops } = tenCrop
    ? await classifier.predict(image, { tenCrop })
    : { ...(await classifier.predict(image)), crops: null };
  return { probabilities, crops, durationMs: performance.now() - started };
}

/** The most probable class. */
export function best(probabilities: Float32Array): ClassProbability {
  return topK(probabilities, 1)[0] ?? { index: 0, probability: 0 };
}
