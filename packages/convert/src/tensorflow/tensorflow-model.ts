import { assembleModel, type OpenOptions, type StoredModel } from '../alexnet/assemble-model.js';
import { layoutByShape } from '../alexnet/foreign-names.js';
import type { ModelSource } from '../formats/format.js';
import { ourName } from '../keras/keras-layers.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { type OpenShard, readCheckpoint } from './read-checkpoint.js';

/** What optimizers and savers keep beside the variables. */
const OTHERS =
  /OPTIMIZER_SLOT|^optimizer\b|^save_counter|(^|\/)(global_step|Momentum|Adam(_\d)?|RMSProp|Adagrad|beta\d_power)$/;
const SUFFIX = '/.ATTRIBUTES/VARIABLE_VALUE';
const PARTS = ['weight', 'bias', 'running_mean', 'running_var'];

/**
 * Reads an AlexNet from a TensorFlow V2 checkpoint or a SavedModel's variables, with keys of
 * TensorFlow 1 (`conv1/weights`) or 2 (`layer_with_weights-0/kernel/…`); what optimizers keep is
 * left out. A checkpoint has no layers, so the two-tower networks need `preset`.
 *
 * @param source the `.index` file
 * @throws FormatError
 */
export async function readTensorflowModel(
  source: ModelSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const found = [...(await readCheckpoint(source.bytes, shardsBeside(source)))]
    .filter(([name]) => !OTHERS.test(name))
    .map(([name, tensor]) => [ourName(name.replace(SUFFIX, '')), tensor] as const)
    .sort(([a], [b]) => compareNames(a, b));
  const tensors: StoredTensors = new Map(found);
  return assembleModel(
    {
      format: 'tensorflow',
      tensors,
      layout: layoutByShape(tensors),
      channelOrder: null,
      presets: null,
      preprocessing: null,
      classNames: null,
      notes: [],
    },
    options,
  );
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
