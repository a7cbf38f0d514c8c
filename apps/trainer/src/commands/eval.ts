import type { Dataset } from '@alexnet/data';
import { type Evaluation, evaluate } from '@alexnet/trainer';
import type { Command } from 'commander';
import { MAX_BROKEN_SHARE, requireReadable } from '../broken-images.js';
import { openBackend } from '../open-backend.js';
import { openData } from '../open-data.js';
import {
  backendOption,
  dataOption,
  jsonOption,
  maxBrokenOption,
  weightsOption,
} from '../options/shared.js';
import { withProgress } from '../progress.js';
import { percent, print, printJson, say } from '../say.js';
import { loadNetwork, type OpenWeights, openWeights } from '../weights-file.js';

interface Options {
  readonly weights: string;
  readonly data: string;
  readonly tenCrop?: true;
  readonly backend?: string;
  readonly maxBroken?: number;
  readonly json?: true;
}

export function addEvalCommand(program: Command): void {
  program
    .command('eval')
    .description('top-1 and top-5 of a trained network on the validation images of a data set')
    .addOption(weightsOption())
    .addOption(dataOption().makeOptionMandatory())
    .option('--ten-crop', 'also average the answers of ten crops, as the paper does')
    .addOption(backendOption())
    .addOption(maxBrokenOption())
    .addOption(jsonOption())
    .action(run);
}

async function run(options: Options): Promise<void> {
  const weights = await openWeights(options.weights);
  const { tf } = await openBackend(options.backend);
  const dataset = await openData(options.data, 0);
  const network = loadNetwork(tf, weights);
  try {
    requireSameClasses(weights, dataset);
    const views = options.tenCrop ? [false, true] : [false];
    const evaluations: Evaluation[] = [];
    for (const tenCrop of views) {
      evaluations.push(
        await withProgress(tenCrop ? 'ten crops' : 'center crop', (report) =>
          evaluate(network, dataset.validation, {
            preprocessing: weights.preprocessing,
            tenCrop,
            onProgress: report,
          }),
        ),
      );
    }
    for (const evaluation of evaluations)
      requireReadable(evaluation, options.maxBroken ?? MAX_BROKEN_SHARE);
    if (options.json)
      printJson({
        weights: weights.path,
        data: dataset.name,
        classNames: weights.classNames,
        evaluations,
      });
    else printEvaluations(evaluations, weights.classNames);
  } finally {
    network.dispose();
    await dataset.close();
  }
}

/** One line a view, and what always answering the commonest class would reach. */
export function printEvaluations(
  evaluations: readonly Evaluation[],
  classNames: readonly string[],
): void {
  const [first] = evaluations;
  if (!first) return;
  for (const { id, reason } of first.skipped) say(`skipped ${id}: ${reason}`);
  print(
    `${first.images} validation image${first.images === 1 ? '' : 's'}${first.skipped.length ? `, ${first.skipped.length} skipped` : ''}`,
  );
  print(`${''.padEnd(14)}${'top-1'.padStart(8)}${'top-5'.padStart(9)}`);
  for (const { view, top1, top5 } of evaluations) {
    print(`${view.padEnd(14)}${percent(top1).padStart(8)}${percent(top5).padStart(9)}`);
  }
  const { label, share } = first.majority;
  print(
    `${'majority class'.padEnd(14)}${percent(share).padStart(8)}   always "${classNames[label]}"`,
  );
}

function requireSameClasses(weights: OpenWeights, dataset: Dataset): void {
  const own = weights.classNames.join('\n');
  if (own === dataset.classNames.join('\n')) return;
  throw new Error(
    `${weights.path} knows ${weights.classNames.length} classes (${weights.classNames.slice(0, 3).join(', ')} …), ` +
      `${dataset.name} has ${dataset.classNames.length} (${dataset.classNames.slice(0, 3).join(', ')} …): they must be the same`,
  );
}
