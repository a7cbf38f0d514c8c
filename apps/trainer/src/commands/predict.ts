import { readFile } from 'node:fs/promises';
import { prepareImage, prepareTenCrop, type RgbImage } from '@alexnet/augment';
import { decodeImage } from '@alexnet/data';
import { type Network, predict, predictTenCrop, type Tf, topK } from '@alexnet/model';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Command } from 'commander';
import { oneLine } from '../failure.js';
import { openBackend } from '../open-backend.js';
import { whole } from '../options/parse.js';
import { backendOption, jsonOption, weightsOption } from '../options/shared.js';
import { percent, print, printJson, say } from '../say.js';
import { loadNetwork, type OpenWeights, openWeights } from '../weights-file.js';

interface Options {
  readonly weights: string;
  readonly tenCrop?: true;
  readonly top: number;
  readonly backend?: string;
  readonly json?: true;
}

interface Answer {
  readonly image: string;
  readonly top: readonly {
    readonly class: string;
    readonly index: number;
    readonly probability: number;
  }[];
  /** With ten crops: each crop's own first answer, in the order TL, TR, C, BL, BR, then mirrored. */
  readonly crops?: readonly { readonly class: string; readonly probability: number }[];
}

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('what a trained network sees in images')
    .argument('<image...>', 'image files')
    .addOption(weightsOption())
    .option('--ten-crop', 'average the answers of ten crops')
    .option('--top <k>', 'how many classes to show', whole(1), 5)
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const weights = await openWeights(options.weights);
  const { tf } = await openBackend(options.backend);
  const network = loadNetwork(tf, weights);
  const answers: Answer[] = [];
  const failed: { image: string; reason: string }[] = [];
  try {
    for (const path of paths) {
      try {
        const image = await decodeImage(await readFile(path));
        answers.push(await answerFor(tf, network, weights, path, image, options));
      } catch (error) {
        failed.push({ image: path, reason: oneLine(error) });
      }
    }
  } finally {
    network.dispose();
  }
  if (options.json) printJson({ weights: weights.path, answers, failed });
  else for (const answer of answers) printAnswer(answer);
  for (const { image, reason } of failed) say(`skipped ${image}: ${reason}`);
  if (answers.length === 0) throw new Error('none of the images could be read');
}

async function answerFor(
  tf: Tf,
  network: Network,
  weights: OpenWeights,
  path: string,
  image: RgbImage,
  options: Options,
): Promise<Answer> {
  const { preprocessing, classNames } = weights;
  const { height, width } = preprocessing.crop;
  const name = (index: number) => classNames[index] as string;
  const best = (probabilities: Float32Array, k: number) =>
    topK(probabilities, k).map(({ index, probability }) => ({
      class: name(index),
      index,
      probability,
    }));
  const prepare = options.tenCrop ? prepareTenCrop : prepareImage;
  const x = tf.tensor4d(prepare(image, preprocessing), [
    options.tenCrop ? 10 : 1,
    height,
    width,
    3,
  ]) as Tensor4D;
  try {
    if (!options.tenCrop) {
      const [prediction] = await predict(network, x);
      if (!prediction) throw new Error('the network gave no answer');
      return { image: path, top: best(prediction.probabilities, options.top) };
    }
    const [prediction] = await predictTenCrop(network, x);
    if (!prediction) throw new Error('the network gave no answer');
    const crops = prediction.crops.flatMap((crop) => best(crop, 1));
    return { image: path, top: best(prediction.probabilities, options.top), crops };
  } finally {
    x.dispose();
  }
}

const CROP_NAMES = ['top left', 'top right', 'center', 'bottom left', 'bottom right'];

function printAnswer({ image, top, crops }: Answer): void {
  print(image);
  for (const { class: name, probability } of top)
    print(`  ${percent(probability).padStart(7)}  ${name}`);
  crops?.forEach(({ class: name, probability }, index) => {
    const where = `${CROP_NAMES[index % 5]}${index < 5 ? '' : ', mirrored'}`;
    print(`    ${where.padEnd(24)}${percent(probability).padStart(7)}  ${name}`);
  });
}
