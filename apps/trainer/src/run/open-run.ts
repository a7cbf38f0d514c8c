import type { Dataset } from '@alexnet/data';
import type { Weight } from '@alexnet/model';
import { INITIAL_STATE, type Recipe, type Snapshot } from '@alexnet/trainer';
import type { CheckpointStore } from '@alexnet/trainer/node';
import { DEFAULT_SEED, networkFor, planRun } from '../plan-run.js';
import type { RunRecord } from '../run-folder.js';
import { say } from '../say.js';
import { dropoutAsked, openStart, type StartWeights } from '../start-weights.js';
import type { TrainCommandOptions } from '../train-options.js';
import { checkImages } from './check-images.js';
import { refuseLostWork } from './refuse-lost-work.js';
import { resumed } from './resume-rules.js';
import { requireRunData } from './run-data.js';
import { DEFAULT_LIMITS } from './run-limits.js';
import { startingWeights } from './starting-weights.js';

/** A run that is ready to be trained: what was decided, and where it stands. */
export interface OpenedRun {
  record: RunRecord;
  /** Null: at the beginning. */
  readonly snapshot: Snapshot | null;
  /** `--init` of a new run. */
  readonly start: StartWeights | null;
  /** What the network starts with; null: drawn from the seed. */
  readonly weights: Promise<ReadonlyMap<string, Weight>> | ReadonlyMap<string, Weight> | null;
}

/** A new run. */
export async function beginRun(
  options: TrainCommandOptions,
  recipe: Recipe,
  dataset: Dataset,
): Promise<OpenedRun> {
  const start = options.init
    ? await openStart(options.init, dataset, dropoutAsked(options, recipe))
    : null;
  const seed = options.seed ?? DEFAULT_SEED;
  const weights = start ? null : startingWeights(networkFor(recipe, dataset), seed);
  await checkImages(dataset, options.maxBroken ?? DEFAULT_LIMITS.maxBroken);
  return { record: await planRun(options, recipe, dataset, start), snapshot: null, start, weights };
}

/**
 * The run `earlier`, where its newest checkpoint stands.
 *
 * @throws Error for other images than it had, and where its work is lost
 */
export async function reopenRun(
  options: TrainCommandOptions,
  earlier: RunRecord,
  dataset: Dataset,
  store: CheckpointStore,
): Promise<OpenedRun> {
  await requireRunData(options.out, dataset);
  requireSameData(earlier, dataset, options);
  const { snapshot, rejected } = await store.newest();
  for (const { file, reason } of rejected) say(`passing over ${file}: ${reason}`);
  if (!snapshot) await refuseLostWork(options.out, rejected.length);
  if (!snapshot && earlier.start) {
    throw new Error(
      `${options.out} was stopped before it had saved the weights it starts from: start it anew, without --resume`,
    );
  }
  const record = resumed(options, earlier, snapshot?.state ?? INITIAL_STATE);
  say(resumeLine(snapshot));
  return { record, snapshot, start: null, weights: snapshot?.weights ?? null };
}

function requireSameData(record: RunRecord, dataset: Dataset, { out }: TrainCommandOptions): void {
  const same =
    record.trainImages === dataset.train.records.length &&
    record.validationImages === dataset.validation.records.length &&
    record.classNames.join('\n') === dataset.classNames.join('\n');
  if (!same) {
    throw new Error(
      `the images in ${dataset.name} are not those ${out} was started on (${record.trainImages} training and ${record.validationImages} validation images in ${record.classNames.length} classes); --data says where they are now`,
    );
  }
}

function resumeLine(snapshot: Snapshot | null): string {
  if (!snapshot) return 'no checkpoint yet: starting at the beginning';
  const { epoch, step, globalStep } = snapshot.state;
  return `resuming at epoch ${epoch + 1}, step ${step} (${globalStep} updates done)`;
}
