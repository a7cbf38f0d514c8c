import {
  createSpec,
  inferShapes,
  type LayerSpec,
  ModelError,
  type NetworkSpec,
  PRESET_NAMES,
  type PresetName,
} from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { type Match, matchTensors, torchvisionName } from './match-tensors.js';
import type { SourceModel } from './source-model.js';

export interface Candidate {
  readonly spec: NetworkSpec;
  readonly match: Match;
}

/**
 * Finds the network a file's shapes belong to. Each preset takes the file's filters, hidden
 * units and classes and must then fit in every shape. The four two-tower nets have the same shapes,
 * so the file or the caller has to say which one it is: nothing is guessed.
 *
 * @param presets what the caller or the file says, null for nothing
 * @throws FormatError ambiguous-preset, unknown-network
 */
export function detectSpec(
  source: Pick<SourceModel, 'tensors' | 'layout'>,
  presets: readonly PresetName[] | null,
): Candidate {
  const fitting = (presets ?? PRESET_NAMES).flatMap((preset) => {
    const spec = scaled(preset, source);
    const match = spec && matchTensors(parameterLayouts(spec), source.tensors, source.layout);
    // torchvision's names belong to torchvision's network.
    const named = match?.by !== 'torchvision' || preset === 'torchvision';
    return spec && match && named ? [{ spec, match }] : [];
  });
  const proportional = fitting.filter(({ spec }) => isProportional(spec));
  const found = proportional.length > 0 ? proportional : fitting;
  const [first, ...others] = found;
  if (!first) {
    const asked = presets ? presets.join(' or ') : 'any preset';
    throw new FormatError(
      'unknown-network',
      `the shapes are not those of ${asked}; give the network's spec to read other sizes`,
    );
  }
  if (others.length > 0) {
    const names = found.map(({ spec }) => spec.preset).join(', ');
    throw new FormatError(
      'ambiguous-preset',
      `the shapes fit ${names}, which compute different things; say which one it is`,
    );
  }
  return first;
}

/** A preset with the file's filters, units and classes; null where those make no network. */
function scaled(
  preset: PresetName,
  { tensors, layout }: Pick<SourceModel, 'tensors' | 'layout'>,
): NetworkSpec | null {
  const base = createSpec(preset, tensors.has('norm1.running_mean') ? { norm: 'batch' } : {});
  const weights = [...tensors.values()].filter(({ shape }) => shape.length > 1);
  let position = 0;
  let classes = 0;
  const layers: LayerSpec[] = [];
  for (const layer of base.layers) {
    if (layer.op !== 'conv' && layer.op !== 'dense') {
      layers.push(layer);
      continue;
    }
    const name = `${layer.name}.weight`;
    const tensor =
      tensors.get(name) ?? tensors.get(torchvisionName(name) ?? '') ?? weights[position];
    const outputs = layout === 'channels-first' ? tensor?.shape[0] : tensor?.shape.at(-1);
    if (!outputs) return null;
    layers.push(
      layer.op === 'conv' ? { ...layer, filters: outputs } : { ...layer, units: outputs },
    );
    classes = outputs;
    position++;
  }
  const spec = { ...base, classes, layers };
  return makesNetwork(spec) ? spec : null;
}

/** Whether filters divide into groups and every layer can stand where it does. */
function makesNetwork(spec: NetworkSpec): boolean {
  try {
    inferShapes(spec);
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

/** Whether all convolutions have the same share of their preset's filters, to the rounding. */
function isProportional(spec: NetworkSpec): boolean {
  const filters = ({ layers }: NetworkSpec) =>
    layers.flatMap((layer) => (layer.op === 'conv' ? [layer.filters] : []));
  const base = filters(createSpec(spec.preset === 'custom' ? undefined : spec.preset));
  const own = filters(spec);
  const share = Math.max(...own) / Math.max(...base);
  return own.every((count, index) => Math.abs(count - (base[index] ?? 0) * share) <= 1);
}
