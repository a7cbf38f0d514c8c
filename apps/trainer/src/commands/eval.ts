import {
  type Classifier,
  createClassifier,
  type PublishedWeights,
  recordMeasured,
  requirePreprocessing,
} from '@alexnet/classifier/node';
import type { Dataset } from '@alexnet/data';
import type { RgbImage } from '@alexnet/files/image';
import { type ClassMatch, matchClasses } from '@alexnet/model/classes';
import { type Evaluation, evaluate } from '@alexnet/trainer';
import { type Command, Option } from 'commander';
import { MAX_BROKEN_SHARE, requireReadable } from '../broken-images.js';
import { openBackend, type PrecisionChoice } from '../open-backend.js';
import { openData } from '../open-data.js';
import {
  backendOption,
  bestOption,
  type CheckpointOptions,
  checkpointAsked,
  checkpointOption,
  dataOption,
  jsonOption,
  maxBrokenOption,
  precisionOption,
  weightsOption,
} from '../options/shared.js';
import { withProgress } from '../progress.js';
import { readDataBeside } from '../run/run-data.js';
import { percent, print, printJson, say } from '../say.js';
import { chooseImages, relabel, SPLITS, type SplitChoice } from '../scored-images.js';
import { openNetworkFile } from '../weights-file.js';

interface Options extends CheckpointOptions {
  readonly weights: string;
  readonly data: string;
  readonly split?: SplitChoice;
  readonly among: 'all' | 'data';
  readonly tenCrop?: true;
  readonly backend?: string;
  readonly precision?: PrecisionChoice;
  readonly maxBroken?: number;
  readonly json?: true;
}

export function addEvalCommand(program: Command): void {
  program
    .command('eval')
    .description(
      'top-1 and top-5 of a trained network: on what a run held out of its own data, or on all of other data',
    )
    .addOption(weightsOption())
    .addOption(checkpointOption())
    .addOption(bestOption())
    .addOption(dataOption().makeOptionMandatory())
    .addOption(
      new Option('--split <name>', 'score other images of the data than the default').choices(
        SPLITS,
      ),
    )
    .addOption(
      new Option(
        '--among <classes>',
        'answers that count: all of the network, or those of the data',
      )
        .choices(['all', 'data'])
        .default('all'),
    )
    .option('--ten-crop', 'also average the answers of ten crops, as the paper does')
    .addOption(backendOption())
    .addOption(precisionOption())
    .addOption(maxBrokenOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { path, model, published } = await openNetworkFile(
    options.weights,
    checkpointAsked(options),
  );
  // Said before data and backend are opened.
  requirePreprocessing(model);
  const trainedOn = await readDataBeside(path);
  const { tf } = await openBackend(options.backend, options.precision);
  const dataset = await openData(options.data, { validationShare: 1 });
  const classifier = createClassifier(tf, model, async (image: RgbImage) => image);
  const { classNames } = classifier;
  try {
    const match = matchOrRefuse(path, classifier, dataset);
    const trainedSet = model.provenance?.dataset;
    const chosen = await chooseImages(dataset, options.split, trainedOn, trainedSet);
    const { split, leftOut } = relabel(chosen.split, match);
    if (leftOut > 0) {
      say(
        `left out ${leftOut} images of ${match.unknown.length} classes the network does not have`,
      );
    }
    const among = [...new Set(match.outputs.filter((output) => output >= 0))];
    const isSubset = among.length < classNames.length;
    const which = isSubset
      ? `${chosen.which}; ${among.length} classes, answers among ${options.among === 'data' ? 'only those' : `all ${classNames.length}`}`
      : chosen.which;
    const views = options.tenCrop ? [false, true] : [false];
    const evaluations: Evaluation[] = [];
    for (const tenCrop of views) {
      evaluations.push(
        await withProgress(tenCrop ? 'ten crops' : 'center crop', (report) =>
          evaluate(classifier, split, {
            tenCrop,
            ...(options.among === 'data' ? { among } : {}),
            onProgress: report,
          }),
        ),
      );
    }
    for (const evaluation of evaluations)
      requireReadable(evaluation, options.maxBroken ?? MAX_BROKEN_SHARE);
    // The card has it beside what was published, which is of validation images, in fp32.
    const comparable = !options.split || options.split === 'validation';
    if (published && !isSubset && comparable && (options.precision ?? 'fp32') === 'fp32') {
      await keepForCard(published, dataset, evaluations);
    }
    if (options.json)
      printJson({
        weights: path,
        data: dataset.name,
        scored: which,
        classes: match.line,
        classNames,
        evaluations,
      });
    else printEvaluations(evaluations, classNames, which);
  } finally {
    classifier.dispose();
    await dataset.close();
  }
}

/** What the card of published weights says was measured here: on data of all their classes. */
async function keepForCard(
  { name }: PublishedWeights,
  { name: data }: Dataset,
  [first]: readonly Evaluation[],
): Promise<void> {
  if (first?.top5 === undefined) return;
  const { images, view, top1, top5 } = first;
  const percent = (share: number) => +(100 * share).toFixed(3);
  await recordMeasured(name, {
    data,
    images,
    view,
    top1: percent(top1),
    top5: percent(top5),
  });
}

/** Figures of a share of so many images: published scores of ImageNet's 50,000 have three. */
const digitsOf = (images: number) => (images < 10_000 ? 1 : 3);

/** One line a view, and what always answering the commonest class would reach. */
export function printEvaluations(
  evaluations: readonly Evaluation[],
  classNames: readonly string[],
  which = 'held out for validation',
): void {
  const [first] = evaluations;
  if (!first) return;
  for (const { id, reason } of first.skipped) say(`skipped ${id}: ${reason}`);
  print(
    `${first.images} image${first.images === 1 ? '' : 's'} scored${first.skipped.length ? `, ${first.skipped.length} skipped` : ''}: ${which}`,
  );
  const line = (name: string, top1: string, top5: string | undefined) =>
    print(`${name.padEnd(14)}${top1.padStart(8)}${(top5 ?? '').padStart(9)}`.trimEnd());
  line('', 'top-1', first.top5 === undefined ? undefined : 'top-5');
  for (const { view, top1, top5 } of evaluations) {
    const share = (of: number) => percent(of, digitsOf(first.images));
    line(view, share(top1), top5 === undefined ? undefined : share(top5));
  }
  const ten = evaluations.find(({ cornerTop1 }) => cornerTop1 !== undefined);
  if (ten?.cornerTop1 !== undefined) {
    print(
      `${'a corner crop'.padEnd(14)}${percent(ten.cornerTop1).padStart(8)}   by itself, mean of the eight`,
    );
  }
  const { label, share } = first.majority;
  print(
    `${'majority class'.padEnd(14)}${percent(share).padStart(8)}   always "${classNames[label]}"`,
  );
  if (ten?.cornerTop1 !== undefined && ten.top1 <= first.top1 && ten.cornerTop1 < first.top1) {
    const points = (100 * (first.top1 - ten.cornerTop1)).toFixed(1);
    print(
      `ten crops gain nothing on these images: what a corner crop cuts off costs it ${points} points, more than the mean of ten wins back`,
    );
  }
}

/** Says how the classes were matched, and refuses data of which the network knows none. */
function matchOrRefuse(
  path: string,
  { model, classNames }: Classifier<RgbImage>,
  dataset: Dataset,
): ClassMatch {
  const match = matchClasses(
    { names: model.classNames ?? null, count: model.spec.classes },
    { names: dataset.classNames, ids: dataset.classIds, count: dataset.classNames.length },
  );
  if (match.outputs.some((output) => output >= 0)) {
    say(match.line);
    return match;
  }
  throw new Error(
    `${path} knows ${classNames.length} classes (${classNames.slice(0, 3).join(', ')} …), ` +
      `${dataset.name} has ${dataset.classNames.length} (${dataset.classNames.slice(0, 3).join(', ')} …): none is the same`,
  );
}
