import { prepareImage, prepareTenCrop, type RgbImage } from '@alexnet/augment';
import {
  type ClassProbability,
  type Network,
  type Preprocessing,
  predict,
  predictTenCrop,
  type Tf,
  topK,
} from '@alexnet/model';

/** What the network said. */
export interface Answer {
  readonly probabilities: Float32Array;
  /** Probabilities of each of the ten crops, or null for one crop. */
  readonly crops: readonly Float32Array[] | null;
  readonly durationMs: number;
}

/** Prepares an image by the file's rule and asks the network, once or ten times. */
export async function answerFor(
  tf: Tf,
  network: Network,
  image: RgbImage,
  preprocessing: Preprocessing,
  tenCrop: boolean,
): Promise<Answer> {
  const { height, width } = preprocessing.crop;
  const started = performance.now();
  const data = tenCrop ? prepareTenCrop(image, preprocessing) : prepareImage(image, preprocessing);
  const x = tf.tensor4d(data, [tenCrop ? 10 : 1, height, width, 3]);
  try {
    const [answer] = tenCrop ? await predictTenCrop(network, x) : await predict(network, x);
    if (!answer) throw new Error('The network gave no answer.');
    const crops = 'crops' in answer ? (answer.crops as readonly Float32Array[]) : null;
    return { probabilities: answer.probabilities, crops, durationMs: performance.now() - started };
  } finally {
    x.dispose();
  }
}

/** The most probable class. */
export function best(probabilities: Float32Array): ClassProbability {
  return topK(probabilities, 1)[0] ?? { index: 0, probability: 0 };
}
