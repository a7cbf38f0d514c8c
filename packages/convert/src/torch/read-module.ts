import { inferShapes } from '@alexnet/model';
import { checkAllowed, type Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import { FormatError } from '../format-error.js';
import type { FoundLayer } from '../found/found-network.js';
import type { DescribedNetwork } from '../found/network-of-layers.js';
import { saidNetwork } from '../found/said-network.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { moduleLayers } from './module-layers.js';
import type { TorchModule } from './module-tree.js';

/** A network out of a pickled module. */
export interface ReadModule extends DescribedNetwork {
  readonly notes: readonly Note[];
}

/**
 * The network of a module that was pickled whole. Its classes, strides, padding, activations, pools
 * and norms are in the file; the size of its images is not, and neither is the `forward` of a class
 * of one's own. That is taken to run its modules in the order in which they are defined: exactly where
 * they are Sequentials, inexactly where it runs layer by layer and may call others as functions.
 *
 * @returns null where the modules leave out what `forward` does between them, so that they say no
 *   more than a state dict
 * @throws FormatError unsupported, unknown-network, ambiguous
 */
export function readModule(
  root: TorchModule,
  tensors: StoredTensors,
  options: OpenOptions,
): ReadModule | null {
  const { layers, unknownClasses, scattered, unused, idle, adaptive } = moduleLayers(root, tensors);
  const bare = layers.every((layer) => !('tensors' in layer) && layer.op !== 'unknown');
  if (unknownClasses.length > 0 && (bare || !isComplete(layers))) return null;
  const { notes: said, ...described } = saidNetwork(
    { input: null, layers, layout: 'channels-first' },
    options,
  );
  requireIdentity(described, adaptive);
  const notes: Note[] = [{ code: 'names', exact: true, detail: 'modules became layers' }, ...said];
  if (unknownClasses.length > 0) {
    const detail = `the file does not hold the forward of ${unknownClasses.join(', ')}, which was taken to run its modules in the order of their definition and nothing besides`;
    const { preset } = described.spec;
    const isSaid = options.spec !== undefined || options.preset === preset;
    const exact = scattered.length === 0 || isSaid;
    const how = `: a norm or a pool that it calls as a function is seen nowhere; say which network it is (${preset === 'custom' ? 'its spec' : `preset ${preset}, or its spec`})`;
    notes.push({ code: 'architecture', exact, detail: exact ? detail : `${detail}${how}` });
  }
  for (const path of idle) {
    const detail = `"${path}" was added to torchvision's network, which does not run it, and was left out`;
    notes.push({ code: 'dropped-tensor', exact: true, detail });
  }
  for (const name of unused) {
    const detail = `"${name}" belongs to no layer, and what the network does with it the file does not hold`;
    notes.push({ code: 'dropped-tensor', exact: false, detail });
  }
  checkAllowed(notes, options.allow);
  return { ...described, notes };
}

/** Whether something stands between all layers with weights: `F.relu` in a `forward` is seen nowhere. */
function isComplete(layers: readonly FoundLayer[]): boolean {
  const weighted = layers.flatMap(({ op }, at) => (op === 'conv' || op === 'dense' ? [at] : []));
  return weighted.slice(1).every((at, index) => {
    const between = layers.slice((weighted[index] ?? 0) + 1, at);
    return between.some(({ op }) => op === 'activation' || op === 'unknown');
  });
}

/** An adaptive pool whose maps already have its size changes nothing; any other is not carried. */
function requireIdentity(
  { spec }: DescribedNetwork,
  adaptive: readonly (readonly number[])[],
): void {
  const flatten = inferShapes(spec).find(({ op }) => op === 'flatten');
  for (const size of adaptive) {
    const [height, width] = flatten?.input ?? [];
    if (height === size[0] && width === size[1]) continue;
    throw new FormatError(
      'unsupported',
      `torch: the network averages maps of ${height}×${width} to ${size.join('×')}, which is not carried; say the input size it was trained at`,
    );
  }
}
