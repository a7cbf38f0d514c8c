import { prepareImage, prepareTenCrop } from '@alexnet/augment';
import type { Model } from '@alexnet/convert';
import type { RgbImage } from '@alexnet/files/image';
import {
  buildNetwork,
  type Network,
  type Prediction,
  type Preprocessing,
  predict,
  predictTenCrop,
  type TenCropPrediction,
  type Tf,
  topK,
} from '@alexnet/model';

/** One class and how likely it is. */
export interface ClassAnswer {
  readonly className: string;
  /** Index of the class, from 0. */
  readonly index: number;
  /** 0..1 */
  readonly probability: number;
}

/** How images are answered. */
export interface ClassifyOptions {
  /** How many classes, most likely first; default 5. */
  readonly top?: number;
  /** Average the answers of ten crops (paper, section 4.1) instead of one center crop. */
  readonly tenCrop?: boolean;
}

/** What a layer makes of an image. */
export interface Activation {
  /** `[height, width, channels]` of feature maps, `[units]` of a dense layer. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A network that answers. */
export interface Classifier<Image> {
  readonly model: Model;
  readonly network: Network;
  /** Index to name; `class 7` where the file has no names. */
  readonly classNames: readonly string[];
  /** @throws Error when the image cannot be read */
  classify(image: Image, options?: ClassifyOptions): Promise<ClassAnswer[]>;
  /** The same for each of many images, in their order. */
  classify(images: readonly Image[], options?: ClassifyOptions): Promise<ClassAnswer[][]>;
  /** Probabilities of all classes; with ten crops also those of each crop. */
  predict(image: RgbImage, options: { readonly tenCrop: true }): Promise<TenCropPrediction>;
  /** Probabilities of all classes of the center crop, in the order of the classes. */
  predict(image: RgbImage, options?: { readonly tenCrop?: boolean }): Promise<Prediction>;
  /** What the named layers make of the center crop. @throws Error naming a layer that there is not */
  activations(image: Image, layers: readonly string[]): Promise<Map<string, Activation>>;
  /** Frees the network's memory; the backend stays. */
  dispose(): void;
}

/** Network inputs of one pass. */
const BATCH = 64;

/**
 * A classifier of a model that has been read.
 *
 * @param decode makes RGB pixels of whatever the caller calls an image
 * @throws Error when the model does not say how its images are prepared
 */
export function createClassifier<Image>(
  tf: Tf,
  model: Model,
  decode: (image: Image) => Promise<RgbImage>,
): Classifier<Image> {
  const { spec } = model;
  const preprocessing = requirePreprocessing(model);
  const classNames = classNamesOf(model);
  const network = buildNetwork(tf, spec);
  try {
    network.setWeights(model.weights);
  } catch (error) {
    network.dispose();
    throw error;
  }

  /** Prepared images as one tensor, `views` inputs each; the caller disposes it. */
  const tensorOf = (images: readonly RgbImage[], tenCrop: boolean) => {
    const { height, width } = preprocessing.crop;
    const views = tenCrop ? 10 : 1;
    const size = views * height * width * 3;
    const pixels = new Float32Array(images.length * size);
    for (const [i, image] of images.entries()) {
      const prepare = tenCrop ? prepareTenCrop : prepareImage;
      pixels.set(prepare(image, preprocessing), i * size);
    }
    return tf.tensor4d(pixels, [images.length * views, height, width, 3]);
  };

  const predictAll = async (
    images: readonly RgbImage[],
    tenCrop: boolean,
  ): Promise<readonly Prediction[]> => {
    const x = tensorOf(images, tenCrop);
    try {
      return tenCrop ? await predictTenCrop(network, x) : await predict(network, x);
    } finally {
      x.dispose();
    }
  };

  const answers = ({ probabilities }: Prediction, top: number): ClassAnswer[] =>
    topK(probabilities, top).map(({ index, probability }) => ({
      className: classNames[index] as string,
      index,
      probability,
    }));

  const classifyAll = async (images: readonly Image[], options: ClassifyOptions) => {
    const { top = 5, tenCrop = false } = options;
    const perPass = tenCrop ? Math.floor(BATCH / 10) : BATCH;
    const all: ClassAnswer[][] = [];
    for (let at = 0; at < images.length; at += perPass) {
      const pixels = await Promise.all(images.slice(at, at + perPass).map(decode));
      for (const each of await predictAll(pixels, tenCrop)) all.push(answers(each, top));
    }
    return all;
  };

  async function classify(image: Image, options?: ClassifyOptions): Promise<ClassAnswer[]>;
  async function classify(
    images: readonly Image[],
    options?: ClassifyOptions,
  ): Promise<ClassAnswer[][]>;
  async function classify(
    images: Image | readonly Image[],
    options: ClassifyOptions = {},
  ): Promise<ClassAnswer[] | ClassAnswer[][]> {
    if (Array.isArray(images)) return classifyAll(images, options);
    const [only] = await classifyAll([images as Image], options);
    return only ?? [];
  }

  async function predictOne(
    image: RgbImage,
    options: { readonly tenCrop: true },
  ): Promise<TenCropPrediction>;
  async function predictOne(
    image: RgbImage,
    options?: { readonly tenCrop?: boolean },
  ): Promise<Prediction>;
  async function predictOne(
    image: RgbImage,
    options: { readonly tenCrop?: boolean } = {},
  ): Promise<Prediction> {
    const [only] = await predictAll([image], options.tenCrop ?? false);
    if (!only) throw new Error('the network gave no answer');
    return only;
  }

  return {
    model,
    network,
    classNames,
    classify,
    predict: predictOne,
    async activations(image, layers) {
      const x = tensorOf([await decode(image)], false);
      try {
        const found = new Map<string, Activation>();
        for (const [layer, tensor] of network.activations(x, layers)) {
          const data = (await tensor.data()) as Float32Array;
          found.set(layer, { shape: tensor.shape.slice(1), data });
          tensor.dispose();
        }
        return found;
      } finally {
        x.dispose();
      }
    },
    dispose: () => network.dispose(),
  };
}

/** Index to name; `class 7` where the file has no names. */
export function classNamesOf({ spec, classNames }: Model): string[] {
  return Array.from(
    { length: spec.classes },
    (_, index) => classNames?.[index] ?? `class ${index}`,
  );
}

/** @throws Error when the model does not say how its images are prepared */
export function requirePreprocessing({ preprocessing }: Model): Preprocessing {
  if (preprocessing) return preprocessing;
  throw new Error(
    'these weights do not say how their images were prepared, so nothing can be predicted: give `preprocessing`, or add it to the file with alexnet convert --preprocessing or --mean',
  );
}
