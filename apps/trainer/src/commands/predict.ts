import { type Classifier, createClassifier, requirePreprocessing } from '@alexnet/classifier/node';
import { decodeImage } from '@alexnet/data';
import { type Command, Option } from 'commander';
import { oneLine } from '../failure.js';
import { openBackend, type PrecisionChoice } from '../open-backend.js';
import { whole } from '../options/parse.js';
import {
  backendOption,
  bestOption,
  type CheckpointOptions,
  checkpointAsked,
  checkpointOption,
  jsonOption,
  precisionOption,
  weightsOption,
} from '../options/shared.js';
import type { Answer } from '../predict/answer.js';
import { type AnswerFormat, answerWriter, FORMATS } from '../predict/answer-writers.js';
import { findInputs, type PredictInput } from '../predict/find-inputs.js';
import { say } from '../say.js';
import { openNetworkFile } from '../weights-file.js';

interface Options extends CheckpointOptions {
  readonly weights: string;
  readonly tenCrop?: true;
  readonly top: number;
  readonly backend?: string;
  readonly precision?: PrecisionChoice;
  readonly format: AnswerFormat;
  readonly json?: true;
}

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('what a trained network sees in images')
    .argument('<image...>', 'image files, folders, patterns such as "*.jpg", or - for stdin')
    .addOption(weightsOption())
    .addOption(checkpointOption())
    .addOption(bestOption())
    .option('--ten-crop', 'average the answers of ten crops')
    .option('--top <k>', 'how many classes to show', whole(1), 5)
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(
      new Option('--format <name>', 'how answers are written; csv and jsonl as they come')
        .choices(FORMATS)
        .default('text'),
    )
    .addOption(jsonOption().conflicts('format'))
    .action(run);
}

async function run(images: readonly string[], options: Options): Promise<void> {
  const { path: weights, model } = await openNetworkFile(options.weights, checkpointAsked(options));
  // Said before the backend is opened.
  requirePreprocessing(model);
  const inputs = await findInputs(images);
  const { tf } = await openBackend(options.backend, options.precision);
  const classifier = createClassifier(tf, model, async ({ bytes }: PredictInput) =>
    decodeImage(await bytes()),
  );
  const writer = answerWriter(options.json ? 'json' : options.format, weights);
  let answered = 0;
  let isRead = true;
  process.stdout.once('error', () => {
    isRead = false;
  });
  try {
    for (const input of inputs) {
      // As `| head` leaves: nobody would see the answers to come.
      if (!isRead) break;
      try {
        writer.answer(await answerFor(classifier, input, options));
        answered++;
      } catch (error) {
        const reason = oneLine(error);
        writer.failed({ image: input.name, reason });
        say(`skipped ${input.name}: ${reason}`);
      }
    }
  } finally {
    classifier.dispose();
  }
  writer.end();
  if (answered === 0 && isRead) throw new Error('none of the images could be read');
}

async function answerFor(
  classifier: Classifier<PredictInput>,
  input: PredictInput,
  { tenCrop, top }: Options,
): Promise<Answer> {
  const best = (probabilities: Float32Array, k: number) =>
    classifier
      .answers(probabilities, k)
      .map(({ className, ...answer }) => ({ class: className, ...answer }));
  const { name: image } = input;
  if (!tenCrop) return { image, top: best((await classifier.predict(input)).probabilities, top) };
  const { probabilities, crops } = await classifier.predict(input, { tenCrop });
  return { image, top: best(probabilities, top), crops: crops.flatMap((crop) => best(crop, 1)) };
}
