import { asSource, type ByteSource } from '@alexnet/files';
import { assembleDescribed, assembleModel } from '../alexnet/assemble-model.js';
import { describeNetwork } from '../alexnet/describe-network.js';
import { UNMASKED, unmasked } from '../alexnet/masked-weights.js';
import { torchvisionName } from '../alexnet/match-tensors.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import { nameLayersOf } from '../alexnet/state-dict.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { lostMetadata, type WriteOptions, type Written } from '../alexnet/written.js';
import { toCanonical } from '../layout/canonical.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { contradictionOf } from './module-contradiction.js';
import { hookNotes } from './module-hooks.js';
import { moduleLayers } from './module-layers.js';
import type { TorchModule } from './module-tree.js';
import { readModule } from './read-module.js';
import { openTorch } from './read-torch.js';
import { type WriteTorchOptions, writeTorch } from './write-torch.js';

/** Counters and buffers that belong to training, not to the network. */
const IGNORED = /(^|\.)num_batches_tracked$/;

/**
 * Reads an AlexNet from a `.pth` or `.pt` file of any age: torchvision's own, one of this package,
 * or any whose tensors come in the order of the layers.
 *
 * @throws FormatError
 */
export async function readTorchModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const { tensors: found, module, beside } = await openTorch(asSource(input));
  for (const name of found.keys()) if (IGNORED.test(name)) found.delete(name);
  const source = {
    format: 'torch',
    layout: 'channels-first',
    channelOrder: null,
    presets: null,
    preprocessing: null,
    classNames: null,
  } as const;
  const left = beside.map((name): Note => {
    const detail = `"${name}" stands beside the network and was left out`;
    return { code: 'dropped-tensor', exact: true, detail };
  });
  if (module) left.push(...hookNotes(module));
  const whole = module && unmasked(found);
  const read = module && readModule(module, whole ?? found, options);
  if (read) {
    const notes = [...left, ...(whole ? [UNMASKED] : []), ...read.notes];
    return assembleDescribed({ ...source, ...read, notes }, options);
  }
  const named = nameLayersOf(found, false);
  const notes = [...left, ...named.notes];
  const model = assembleModel({ ...source, ...named, notes }, options);
  return module ? compared(model, module, whole ?? found, options) : model;
}

/** A pickled module that was read by its tensors alone, with what its modules say against that. */
function compared(
  model: StoredModel,
  module: TorchModule,
  tensors: StoredTensors,
  { allow }: OpenOptions,
): StoredModel {
  const unlike = contradictionOf(moduleLayers(module, tensors).layers, model.spec);
  if (unlike === null) return model;
  const detail = `${unlike}, and ${describeNetwork(model.spec)} has none; where it runs the file does not say: give the network's spec`;
  const notes: Note[] = [...model.notes, { code: 'architecture', exact: false, detail }];
  checkAllowed(notes, allow);
  return { ...model, notes };
}

/**
 * Writes an AlexNet as a torch state dict: torchvision's names for a `torchvision` network, which
 * `torchvision.models.alexnet().load_state_dict` takes, layer names for any other.
 *
 * @throws FormatError not-allowed, since a state dict holds neither network nor preprocessing
 */
export function writeTorchModel(
  file: Model,
  options: WriteOptions & WriteTorchOptions = {},
): Written {
  const notes: Note[] = lostMetadata(file, 'a state dict');
  const layout = 'convolutions and dense layers were transposed to channels-first';
  notes.push({ code: 'layout', exact: true, detail: layout });
  const rename = file.spec.preset === 'torchvision' ? torchvisionName : (name: string) => name;
  const tensors = new Map(
    [...toCanonical(file.spec, file.weights)].map(([name, weight]) => [
      rename(name) ?? name,
      weight,
    ]),
  );
  if (options.dtype === 'f16') {
    notes.push({ code: 'precision', exact: false, detail: 'weights were rounded to f16' });
  }
  checkAllowed(notes, options.allow);
  return { bytes: writeTorch(tensors, options), notes };
}
