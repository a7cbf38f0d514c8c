import type { ParameterLayout } from '../layout/parameter-layouts.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import type { SourceModel } from './source-model.js';

/** torchvision `models/alexnet.py`: positions in its two Sequentials. */
const TORCHVISION_LAYERS: Readonly<Record<string, string>> = {
  'features.0': 'conv1',
  'features.3': 'conv2',
  'features.6': 'conv3',
  'features.8': 'conv4',
  'features.10': 'conv5',
  'classifier.1': 'fc6',
  'classifier.4': 'fc7',
  'classifier.6': 'fc8',
};

/** torchvision's name of a parameter of a network with these layer names. */
export function torchvisionName(parameter: string): string | undefined {
  const [layer, part] = parameter.split('.');
  const found = Object.entries(TORCHVISION_LAYERS).find(([, ours]) => ours === layer);
  return found && `${found[0]}.${part}`;
}

export interface Match {
  /** Our name, the file's name, and the tensor. */
  readonly pairs: readonly (readonly [ours: string, theirs: string, tensor: StoredTensor])[];
  readonly by: 'name' | 'torchvision' | 'order';
  /** Names in the file with no place in the network. */
  readonly left: readonly string[];
}

/**
 * Finds a network's parameters among a file's tensors: by our names, by torchvision's, or, where
 * names mean nothing, by their order. Every shape must fit; null if no way works.
 */
export function matchTensors(
  layouts: readonly ParameterLayout[],
  tensors: StoredTensors,
  layout: SourceModel['layout'],
): Match | null {
  return (
    matchBy('name', layouts, tensors, layout, (name) => name) ??
    matchBy('torchvision', layouts, tensors, layout, torchvisionName) ??
    matchByOrder(layouts, tensors, layout)
  );
}

function matchBy(
  by: 'name' | 'torchvision',
  layouts: readonly ParameterLayout[],
  tensors: StoredTensors,
  layout: SourceModel['layout'],
  rename: (name: string) => string | undefined,
): Match | null {
  const pairs: [string, string, StoredTensor][] = [];
  const used = new Set<string>();
  for (const parameter of layouts) {
    const theirs = rename(parameter.name);
    const tensor = theirs === undefined ? undefined : tensors.get(theirs);
    if (theirs === undefined || !tensor || !fits(tensor, parameter, layout)) return null;
    pairs.push([parameter.name, theirs, tensor]);
    used.add(theirs);
  }
  return { pairs, by, left: [...tensors.keys()].filter((name) => !used.has(name)) };
}

function matchByOrder(
  layouts: readonly ParameterLayout[],
  tensors: StoredTensors,
  layout: SourceModel['layout'],
): Match | null {
  const entries = [...tensors];
  if (entries.length !== layouts.length) return null;
  const pairs: [string, string, StoredTensor][] = [];
  for (const [index, parameter] of layouts.entries()) {
    const entry = entries[index];
    if (!entry || !fits(entry[1], parameter, layout)) return null;
    pairs.push([parameter.name, entry[0], entry[1]]);
  }
  return { pairs, by: 'order', left: [] };
}

/**
 * Whether the numbers are the parameter's in the same order. A dense layer may be stored as the
 * convolution it is equal to, `[out, c, h, w]` or `[h, w, c, out]`.
 */
function fits(
  tensor: StoredTensor,
  parameter: ParameterLayout,
  layout: SourceModel['layout'],
): boolean {
  const first = layout === 'channels-first';
  const want = first ? parameter.canonicalShape : parameter.shape;
  const have = tensor.shape;
  if (have.join() === want.join()) return true;
  if (want.length !== 2 || have.length !== 4) return false;
  const inputs = first ? have.slice(1) : have.slice(0, 3);
  const outputs = first ? have[0] : have[3];
  const product = inputs.reduce((total, side) => total * side, 1);
  return first
    ? outputs === want[0] && product === want[1]
    : outputs === want[1] && product === want[0];
}
