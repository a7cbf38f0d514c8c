import { bytePreparation, type ExampleMaker, pixelsOf, preparation } from '@alexnet/augment';
import type { Model } from '@alexnet/convert';
import type { RgbImage } from '@alexnet/files/image';
import {
  buildNetwork,
  type Network,
  type Prediction,
  type PreparedImages,
  type Preprocessing,
  predictPrepared,
  type TenCropPrediction,
  type Tf,
  takesBytes,
  topK,
  uploadImages,
} from '@alexnet/model';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ClassifierError } from './classifier-error.js';

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

/** A network that answers; a model that does not say how images are prepared is asked in vain. */
export interface Classifier<Image> {
  readonly model: Model;
  readonly network: Network;
  /** How images are prepared; null where the model does not say, and nothing can be answered. */
  readonly preprocessing: Preprocessing | null;
  /** Index to name; `class 7` where the file has no names. */
  readonly classNames: readonly string[];
  /** @throws Error when the image cannot be read, RangeError for a `top` below 1, {@link ClassifierError} for NaN */
  classify(image: Image, options?: ClassifyOptions): Promise<ClassAnswer[]>;
  /** The same for each of many images, in their order. */
  classify(images: readonly Image[], options?: ClassifyOptions): Promise<ClassAnswer[][]>;
  /** Probabilities of all classes; with ten crops also those of each crop. */
  predict(image: Image, options: { readonly tenCrop: true }): Promise<TenCropPrediction>;
  /** Probabilities of all classes of the center crop, in the order of the classes. */
  predict(image: Image, options?: { readonly tenCrop?: boolean }): Promise<Prediction>;
  /** The `top` most likely classes of probabilities `[classes]`, by name, most likely first. */
  answers(probabilities: ArrayLike<number>, top: number): ClassAnswer[];
  /** The center crop as the network gets it, `[1, height, width, 3]`, for the caller to dispose. */
  prepare(image: RgbImage): Tensor4D;
  /** What the named layers make of the center crop. @throws Error naming a layer that there is not */
  activations(image: Image, layers: readonly string[]): Promise<Map<string, Activation>>;
  /** The same for each of many images, in their order. */
  activations(
    images: readonly Image[],
    layers: readonly string[],
  ): Promise<Map<string, Activation>[]>;
  /** Frees the network's memory; the backend stays. Nothing happens the second time. */
  dispose(): void;
}

/** Network inputs of one pass. */
const BATCH = 64;

/**
 * A classifier of a model that has been read.
 *
 * @param decode makes RGB pixels of whatever the caller calls an image
 * @throws Error when the weights are not those of the model's layers
 */
export function createClassifier<Image>(
  tf: Tf,
  model: Model,
  decode: (image: Image) => Promise<RgbImage>,
): Classifier<Image> {
  const classNames = classNamesOf(model);
  const network = buildNetwork(tf, model.spec, { weights: model.weights });

  let isDisposed = false;

  const answers = (probabilities: ArrayLike<number>, top: number): ClassAnswer[] => {
    requireTop(top);
    if (probabilities.length !== classNames.length) {
      throw new RangeError(
        `${probabilities.length} probabilities are not those of ${classNames.length} classes`,
      );
    }
    return topK(probabilities, top).map(({ index, probability }) => ({
      className: classNames[index] as string,
      index,
      probability,
    }));
  };

  const makerOf = (tenCrop: boolean): ExampleMaker =>
    (takesBytes(tf) ? bytePreparation : preparation)(requirePreprocessing(model), { tenCrop });

  /** What `answer` says of each image, as many at a time as one pass takes. */
  const each = async <Answer>(
    images: readonly Image[],
    tenCrop: boolean,
    answer: (prepared: PreparedImages) => Promise<readonly Answer[]>,
  ): Promise<Answer[]> => {
    if (isDisposed) {
      throw new ClassifierError('no-answer', 'this network was disposed of: load it again');
    }
    const maker = makerOf(tenCrop);
    const perPass = Math.floor(BATCH / maker.views);
    const all: Answer[] = [];
    for (let at = 0; at < images.length; at += perPass) {
      const decoded = await Promise.all(images.slice(at, at + perPass).map(decode));
      all.push(...(await answer(preparedBy(maker, decoded))));
    }
    return all;
  };

  /** One answer for one image, a list for a list. */
  const oneOrMany = async <Answer>(
    images: Image | readonly Image[],
    answer: (images: readonly Image[]) => Promise<Answer[]>,
  ): Promise<Answer | Answer[]> => {
    if (Array.isArray(images)) return answer(images);
    const [only] = await answer([images as Image]);
    return only as Answer;
  };

  const predictAll = (images: readonly Image[], tenCrop: boolean): Promise<Prediction[]> =>
    each(images, tenCrop, async (prepared) => {
      const predictions = await predictPrepared(network, prepared, { tenCrop });
      for (const { probabilities } of predictions) requireNumbers(model, probabilities);
      return predictions;
    });

  const activationsOf = async (
    { pixels, imageShape }: PreparedImages,
    layers: readonly string[],
  ): Promise<Map<string, Activation>[]> => {
    const x = uploadImages(tf, pixels, imageShape);
    try {
      const found = Array.from({ length: x.shape[0] }, () => new Map<string, Activation>());
      for (const [layer, tensor] of network.activations(x, layers)) {
        const data = (await tensor.data()) as Float32Array;
        const shape = tensor.shape.slice(1);
        tensor.dispose();
        const length = data.length / found.length;
        for (const [i, maps] of found.entries()) {
          maps.set(layer, { shape, data: data.slice(i * length, (i + 1) * length) });
        }
      }
      return found;
    } finally {
      x.dispose();
    }
  };

  return {
    model,
    network,
    preprocessing: model.preprocessing,
    classNames,
    answers,
    classify: ((images, { top = 5, tenCrop = false } = {}) =>
      oneOrMany(images, async (list) => {
        requireTop(top);
        const predictions = await predictAll(list, tenCrop);
        return predictions.map(({ probabilities }) => answers(probabilities, top));
      })) as Classifier<Image>['classify'],
    predict: (async (image, { tenCrop = false } = {}) =>
      (await predictAll([image], tenCrop))[0]) as Classifier<Image>['predict'],
    prepare(image) {
      const { pixels, imageShape } = preparedBy(makerOf(false), [image]);
      return uploadImages(tf, pixels, imageShape);
    },
    activations: ((images, layers) =>
      oneOrMany(images, async (list) => {
        if (!Array.isArray(layers)) throw new TypeError("layers are a list of names, ['conv1']");
        return each(list, false, (prepared) => activationsOf(prepared, layers));
      })) as Classifier<Image>['activations'],
    dispose() {
      if (!isDisposed) network.dispose();
      isDisposed = true;
    },
  };
}

/** @throws RangeError for what would leave classes out without a word */
function requireTop(top: number): void {
  if (top >= 1 && (Number.isInteger(top) || top === Number.POSITIVE_INFINITY)) return;
  throw new RangeError(`top is a whole number of classes from 1 on, not ${top}`);
}

/** @throws {ClassifierError} `no-answer` where they are NaN, naming the weights that are to blame */
function requireNumbers({ weights }: Model, probabilities: Float32Array): void {
  if (!probabilities.some(Number.isNaN)) return;
  const [broken] = [...weights].find(([, { data }]) => !data.every(Number.isFinite)) ?? [];
  throw new ClassifierError(
    'no-answer',
    broken
      ? `the network gives no numbers (NaN): its ${broken} holds NaN or infinite values, as of a training that failed`
      : 'the network gives no numbers (NaN): a layer overflowed; is the preprocessing that of its training?',
  );
}

/** What `maker` makes of images. */
function preparedBy(maker: ExampleMaker, images: readonly RgbImage[]): PreparedImages {
  return { pixels: pixelsOf(maker, images), imageShape: [maker.height, maker.width, 3] };
}

/** Index to name; `class 7` where the file has no names. */
export function classNamesOf({ spec, classNames }: Model): string[] {
  return Array.from(
    { length: spec.classes },
    (_, index) => classNames?.[index] ?? `class ${index}`,
  );
}

/**
 * @throws {ClassifierError} `no-preprocessing` when the model does not say how its images are prepared,
 * `no-answer` when they are not color images
 */
export function requirePreprocessing({ preprocessing, spec: { input } }: Model): Preprocessing {
  if (input.channels !== 3) {
    throw new ClassifierError(
      'no-answer',
      `this network looks at images of ${input.channels} ${input.channels === 1 ? 'channel' : 'channels'}; what is prepared here has 3, red, green and blue`,
    );
  }
  if (preprocessing) return preprocessing;
  throw new ClassifierError(
    'no-preprocessing',
    'these weights do not say how their images were prepared, so nothing can be predicted: give `preprocessing`, or add it to the file with alexnet convert --preprocessing or --mean',
  );
}
