import { prepareImage } from '@alexnet/augment';
import { readModel } from '@alexnet/convert';
import { buildNetwork, predict, type Tf, topK } from '@alexnet/model';

/** A class by name and how likely it is, 0..1. */
export interface Answer {
  readonly label: string;
  readonly probability: number;
}

/**
 * Fetches a weights file and builds its network on the current backend. Images are prepared as the
 * file says.
 *
 * @throws Error when the file cannot be fetched or read, or is silent about its preprocessing
 */
export async function openClassifier(
  tf: Tf,
  weights: URL | string,
): Promise<(file: Blob) => Promise<readonly Answer[]>> {
  const response = await fetch(weights);
  if (!response.ok) throw new Error(`${weights}: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { spec, weights: values, preprocessing, classNames } = readModel(bytes);
  if (!preprocessing) throw new Error(`${weights} does not say how images are prepared`);
  const network = buildNetwork(tf, spec);
  network.setWeights(values);
  const { height, width } = preprocessing.crop;

  return async (file) => {
    const pixels = prepareImage(await readPixels(file), preprocessing);
    const x = tf.tensor4d(pixels, [1, height, width, 3]);
    const [answer] = await predict(network, x);
    x.dispose();
    return topK(answer?.probabilities ?? new Float32Array(), 5).map(({ index, probability }) => ({
      label: classNames?.[index] ?? `class ${index}`,
      probability,
    }));
  };
}

/** RGB of an image the browser can decode, over white, EXIF orientation applied: [height, width, 3]. */
async function readPixels(file: Blob) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('this browser has no 2d canvas');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    data.set(rgba.subarray(from, from + 3), to);
  }
  return { width, height, data };
}
