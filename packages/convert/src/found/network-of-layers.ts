import {
  createSpec,
  type InputSpec,
  inferShapes,
  ModelError,
  type NetworkSpec,
  PRESET_NAMES,
  validateSpec,
} from '@alexnet/model';
import { FormatError, UnsaidError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { FoundNetwork } from './found-network.js';
import { imageChannels } from './image-channels.js';
import { matchPreset, sameLayers } from './match-preset.js';
import { nameLayers } from './name-layers.js';
import { tidyLayers } from './tidy-layers.js';

/** A file's network as a spec, and its tensors by the names of the spec's parameters. */
export interface DescribedNetwork {
  readonly spec: NetworkSpec;
  /** In the layout of the {@link FoundNetwork}. */
  readonly tensors: StoredTensors;
}

/**
 * The spec of the network a file describes: a preset's where it computes the same, whatever its sizes,
 * else one called `custom`.
 *
 * @throws FormatError unsupported, unknown-network, ambiguous where the file does not say how
 *   large images are and it is no preset at that preset's size
 */
export function networkOfLayers(found: FoundNetwork): DescribedNetwork {
  if (found.input) return describe(found, found.input);
  const own = imageChannels(found);
  const sizes = new Map(
    PRESET_NAMES.map((name) => createSpec(name).input)
      .map((size) => ({ ...size, channels: own ?? size.channels }))
      .map((size) => [JSON.stringify(size), size]),
  );
  const fitting = [...sizes.values()].flatMap((input) => {
    const described = attempt(found, input);
    return described && described.spec.preset !== 'custom' ? [described] : [];
  });
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only;
  throw new UnsaidError(
    'ambiguous',
    'the file does not say how large its images are, and this is no preset; say the input size',
    ['input'],
  );
}

/** The network at a size the file did not say; null where its numbers do not fit it. */
function attempt(found: FoundNetwork, input: InputSpec): DescribedNetwork | null {
  try {
    const described = describe(found, input);
    const own = createSpec(described.spec.preset === 'custom' ? undefined : described.spec.preset);
    return own.input.height === input.height && own.input.width === input.width ? described : null;
  } catch (error) {
    if (error instanceof FormatError && error.code === 'unsupported') throw error;
    return null;
  }
}

function describe(found: FoundNetwork, input: InputSpec): DescribedNetwork {
  const { layers, classes } = fitting(() => tidyLayers(found, input));
  const named = nameLayers(layers.map(({ spec }) => spec));
  const spec =
    matchPreset(named, input, classes) ??
    fitting(() => validateSpec({ preset: 'custom', input, classes, layers: named }));
  const owners = spec.layers.filter(
    ({ op }) => op === 'conv' || op === 'dense' || op === 'batchnorm',
  );
  const tensors: StoredTensors = new Map();
  layers
    .filter(({ tensors: parts }) => parts.size > 0)
    .forEach((layer, index) => {
      for (const [part, tensor] of layer.tensors)
        tensors.set(`${owners[index]?.name}.${part}`, tensor);
    });
  return { spec, tensors };
}

/** What `work` makes of the layers. @throws FormatError unknown-network where they make no network */
function fitting<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    // Layers have no names yet.
    const detail = cause.message.replace(/^: /, '');
    throw new FormatError('unknown-network', `the network in the file: ${detail}`, { cause });
  }
}

/** Whether two specs compute the same, whatever their layers are called. */
export function sameComputation(a: NetworkSpec, b: NetworkSpec): boolean {
  return sameLayers(a.layers, b.layers) && JSON.stringify(a.input) === JSON.stringify(b.input);
}

/** The maps a network flattens and the weights that see them; null without such a layer. */
export function flattenOrderOf(spec: NetworkSpec) {
  const index = spec.layers.findIndex(({ op }) => op === 'flatten');
  const dense = spec.layers.slice(index).find(({ op }) => op === 'dense');
  const map = inferShapes(spec)[index]?.input;
  return index >= 0 && dense && map?.length === 3 ? { map, weight: `${dense.name}.weight` } : null;
}
