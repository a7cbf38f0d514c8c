import { assembleModel } from '../alexnet/assemble-model.js';
import { layoutByShape } from '../alexnet/foreign-names.js';
import { mapsFirst } from '../alexnet/maps-first.js';
import { numbersOnly } from '../alexnet/numbers-only.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { namedNorms } from '../alexnet/unsaid-norms.js';
import { FormatError } from '../format-error.js';
import type { ModelSource } from '../formats/format.js';
import { ourName } from '../keras/keras-layers.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import { type OpenShard, readCheckpoint } from './read-checkpoint.js';

/** What optimizers, averages, metrics and savers keep beside the variables. */
const OTHERS =
  /OPTIMIZER_SLOT|(^|\/)(_?metrics|compiled_metrics)\/|(^|\/)(optimizer|_optimizer)\b|(^|\/)save_counter|(^|\/)(global_step|learning_rate|lr|epoch|Momentum|momentum|Adam(_\d)?|RMSProp(_\d)?|Adagrad|Ftrl(_\d)?|ExponentialMovingAverage|moving_average|EMA|beta\d_power|biased|local_step)$/;
const SUFFIX = '/.ATTRIBUTES/VARIABLE_VALUE';
const PARTS = ['weight', 'bias', 'running_mean', 'running_var'];
/** Keras 3 lists a model's variables in running order, and again as `_all_variables` in none. */
const LISTED = /(^|\/)variables\/\d+$/;
/** Where an optimizer is saved beside a model, its list of what it trains may be nearest to the variables. */
const TRAINED = /(^|\/)optimizer\/_trainable_variables\/\d+$/;
const UNORDERED = /(^|\/)_\w+_variables\/\d+$/;

/**
 * Reads an AlexNet from a TensorFlow V2 checkpoint or a SavedModel's variables, with keys of
 * TensorFlow 1 (`conv1/weights`) or 2 (`layer_with_weights-0/kernel/…`); what optimizers keep is
 * left out. A checkpoint has no layers, so the caller has to say which network it is; torchvision's
 * widths, which no other published AlexNet has, are taken for it, with a note.
 *
 * @param source the `.index` file
 * @throws FormatError
 */
export async function readTensorflowModel(
  source: ModelSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const all = [...(await readCheckpoint(source.bytes, shardsBeside(source)))].map(
    ([name, tensor]) =>
      [name.replace(SUFFIX, '').replace(/\/_kernel$/, '/kernel'), tensor] as const,
  );
  const { kept, left } = chosen(all);
  const tensors: StoredTensors = new Map(kept);
  const layout = layoutByShape(tensors);
  const named = namedNorms(tensors, options, layout);
  const detail = `tensors of optimizers, averages and counters were left out: ${left.length}`;
  return assembleModel(
    {
      format: 'tensorflow',
      tensors: named?.tensors ?? tensors,
      ...numbersOnly(layout),
      // Widths that one published network has are taken for it, with a note.
      unsaid: null,
      channelOrder: null,
      preprocessing: null,
      classNames: null,
      notes: [
        ...(named?.notes ?? []),
        ...(left.length > 0 ? [{ code: 'dropped-tensor', exact: true, detail } as const] : []),
      ],
    },
    options,
  );
}

/** The variables of the network, and the names of what lies beside them. */
function chosen(all: readonly (readonly [string, StoredTensor])[]) {
  const names = new Set(all.map(([name]) => name));
  // TensorFlow 1 puts what an optimizer keeps of a variable under the variable's own name.
  const isOther = (name: string) =>
    OTHERS.test(name) || names.has(name.slice(0, Math.max(name.lastIndexOf('/'), 0)));
  const isNetwork = ([name, { shape }]: (typeof all)[number]) =>
    !isOther(name) && !UNORDERED.test(name) && shape.length > 0;
  const trained = all.some(isNetwork) ? [] : all.filter(([name]) => TRAINED.test(name));
  const list = (name: string) => LISTED.test(name) && !isOther(name);
  const listed = trained.length > 0 ? trained : all.filter(([name]) => list(name));
  if (listed.length > 0) {
    const lists = new Map<string, [number, StoredTensor][]>();
    for (const [name, tensor] of listed) {
      const list = name.slice(0, name.lastIndexOf('/'));
      const place = Number(name.slice(list.length + 1));
      lists.set(list, [...(lists.get(list) ?? []), [place, tensor]]);
    }
    // A net in a net has a shorter list of its own.
    const longest = [...lists.values()].reduce((a, b) => (b.length > a.length ? b : a));
    const kept = partsInOrder(longest.sort(([a], [b]) => a - b));
    const left = all.filter(
      (entry) => !LISTED.test(entry[0]) && !UNORDERED.test(entry[0]) && !listed.includes(entry),
    );
    return { kept, left: left.map(([name]) => name) };
  }
  if (all.some(([name]) => UNORDERED.test(name))) {
    throw new FormatError(
      'unsupported',
      'tensorflow: variables listed without their order; save the model without its optimizer, by tf.train.Checkpoint(model) or model.save_weights',
    );
  }
  const kept = all
    .filter(([name, { shape }]) => !isOther(name) && shape.length > 0)
    .map(([name, tensor]) => [ourName(name), tensor] as const)
    .sort(([a], [b]) => compareNames(a, b));
  const left = all.flatMap(([name, { shape }]) =>
    isOther(name) || shape.length === 0 ? [name] : [],
  );
  return { kept: mapsFirst(kept), left };
}

/**
 * Variables in running order as parts of layers: a kernel, its bias, and where four more vectors follow
 * the batch norm behind it.
 *
 * @throws FormatError unsupported where the count of vectors leaves open what they are
 */
function partsInOrder(
  variables: readonly (readonly [place: number, tensor: StoredTensor])[],
): readonly (readonly [string, StoredTensor])[] {
  const starts = variables.flatMap(([, { shape }], at) => (shape.length > 1 ? [at] : []));
  return starts.flatMap((start, index): (readonly [string, StoredTensor])[] => {
    const run = variables.slice(start, starts[index + 1]);
    if (run.length <= 2) {
      return run.map(([place, tensor]) => [`variables.${place}`, tensor] as const);
    }
    const names = ['weight', 'bias', ...PARTS];
    if (run.length !== names.length) {
      throw new FormatError(
        'unsupported',
        `tensorflow: ${run.length - 1} vectors behind a kernel; one bias, or one and the four of a batch norm are read`,
      );
    }
    return run.map(([, tensor], at) => {
      return [`${at < 2 ? 'layer' : 'norm'}_${index}.${names[at]}`, tensor] as const;
    });
  });
}

/** `prefix.data-00000-of-00002`, beside `prefix.index`. */
function shardsBeside({ name, beside }: ModelSource): OpenShard {
  const prefix = name.replace(/\.index$/, '');
  const five = (number: number) => String(number).padStart(5, '0');
  return (shard, count) => beside(`${prefix}.data-${five(shard)}-of-${five(count)}`);
}

/** `…-2` before `…-10`, and weights before biases: the order of the layers, not of the alphabet. */
function compareNames(a: string, b: string): number {
  const split = (name: string): [string, number] => {
    const at = name.lastIndexOf('.');
    const part = PARTS.indexOf(name.slice(at + 1));
    return part < 0 ? [name, 0] : [name.slice(0, at), part];
  };
  const [layerA, partA] = split(a);
  const [layerB, partB] = split(b);
  return layerA.localeCompare(layerB, 'en', { numeric: true }) || partA - partB;
}
