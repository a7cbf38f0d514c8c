import { readFile } from 'node:fs/promises';
import { type Classifier, createClassifier, requirePreprocessing } from '@alexnet/classifier/node';
import { decodeImage } from '@alexnet/data';
import type { Command } from 'commander';
import { oneLine } from '../failure.js';
import { openBackend } from '../open-backend.js';
import { whole } from '../options/parse.js';
import {
  backendOption,
  bestOption,
  checkpointOption,
  jsonOption,
  weightsOption,
} from '../options/shared.js';
import type { Checkpoint } from '../run/run-weights.js';
import { percent, print, printJson, say } from '../say.js';
import { openNetworkFile } from '../weights-file.js';

interface Options {
  readonly weights: string;
  readonly checkpoint?: Checkpoint;
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
    .addOption(checkpointOption())
    .addOption(bestOption())
    .option('--ten-crop', 'average the answers of ten crops')
    .option('--top <k>', 'how many classes to show', whole(1), 5)
    .addOption(backendOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { path: weights, model } = await openNetworkFile(options.weights, options.checkpoint);
  // Said before the backend is opened.
  requirePreprocessing(model);
  const { tf } = await openBackend(options.backend);
  const classifier = createClassifier(tf, model, async (path: string) =>
    decodeImage(await readFile(path)),
  );
  const answers: Answer[] = [];
  const failed: { image: string; reason: string }[] = [];
  try {
    for (const path of paths) {
      try {
        answers.push(await answerFor(classifier, path, options));
      } catch (error) {
        failed.push({ image: path, reason: oneLine(error) });
      }
    }
  } finally {
    classifier.dispose();
  }
  if (options.json) printJson({ weights, answers, failed });
  else for (const answer of answers) printAnswer(answer);
  for (const { image, reason } of failed) say(`skipped ${image}: ${reason}`);
  if (answers.length === 0) throw new Error('none of the images could be read');
}

async function answerFor(
  classifier: Classifier<string>,
  image: string,
  { tenCrop, top }: Options,
): Promise<Answer> {
  const best = (probabilities: Float32Array, k: number) =>
    classifier
      .answers(probabilities, k)
      .map(({ className, ...answer }) => ({ class: className, ...answer }));
  if (!tenCrop) return { image, top: best((await classifier.predict(image)).probabilities, top) };
  const { probabilities, crops } = await classifier.predict(image, { tenCrop });
  return { image, top: best(probabilities, top), crops: crops.flatMap((crop) => best(crop, 1)) };
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
