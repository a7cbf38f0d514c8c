import type { ByteSource } from '@alexnet/files';
import { asItems, asText } from '@alexnet/files/pickle';
import type { Preprocessing } from '@alexnet/model';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { FormatError } from '../format-error.js';
import { assembleFound } from '../found/assemble-found.js';
import type { FoundNetwork } from '../found/found-network.js';
import { pickledTensor } from '../numpy/pickled-array.js';
import { followTowers, inputOf } from './follow-towers.js';
import { convnetLayers, get } from './layers.js';
import { findStages, mergeStages } from './merge-towers.js';
import { unpack } from './unpack.js';

/**
 * Reads a checkpoint of the 2012 source, cuda-convnet 1 or cuda-convnet2. Layers on two GPUs become
 * one network with groups, each joined in the order its own `inputs` say. Momentum is left out.
 *
 * @throws FormatError
 */
export async function readConvnetModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const layers = convnetLayers(await unpack(input));
  const stages = findStages(layers);
  const tensors = mergeStages(stages, layers);
  const notes: Note[] = [];
  if (stages.some(({ towers }) => towers.length > 1)) {
    const detail = 'layers on two GPUs were joined into grouped and full layers';
    notes.push({ code: 'groups', exact: true, detail });
  }
  const meta = options.meta === undefined ? null : await readMeta(options.meta);
  const network: FoundNetwork = {
    input: inputOf(stages),
    layers: followTowers(layers, stages, tensors),
    layout: 'channels-first',
  };
  return assembleFound(
    {
      format: 'cuda-convnet',
      network,
      front: null,
      channelOrder: 'rgb',
      preprocessing: meta?.preprocessing ?? null,
      classNames: meta?.classNames ?? null,
      notes,
    },
    options,
  );
}

/** `label_names`, and `data_mean` as RGB planes of a square image, 0 to 255. */
async function readMeta(input: Uint8Array | ByteSource) {
  const root = await unpack(input);
  const labels = get(root, 'label_names');
  const classNames = labels
    ? asItems(labels, 'label_names').map((label) => asText(label, 'a label'))
    : null;
  const mean = await pickledTensor('data_mean', get(root, 'data_mean') ?? null)?.read();
  return { classNames, preprocessing: mean ? preprocessingOf(mean) : null };
}

/**
 * Crops of 224 out of 256, or whatever the mean image leaves after the border of 16 on each side; the
 * center crop of the mean image is subtracted (`convdata.py`).
 */
function preprocessingOf(mean: Float32Array): Preprocessing {
  const area = mean.length / 3;
  const side = Math.sqrt(area);
  if (!Number.isInteger(side) || side <= 32) {
    throw new FormatError('bad-shape', `cuda-convnet: a mean of ${mean.length} numbers`);
  }
  const data = Float32Array.from(mean, (_, i) => mean[(i % 3) * area + Math.floor(i / 3)] ?? 0);
  return {
    resize: { shorterSide: side },
    crop: { height: side - 32, width: side - 32 },
    channelOrder: 'rgb',
    range: 255,
    mean: { height: side, width: side, data },
    std: null,
  };
}
