import {
  createSpec,
  inferShapes,
  type LayerSpec,
  ModelError,
  type NetworkSpec,
  PRESET_NAMES,
  type PresetName,
  type SpecModifiers,
} from '@alexnet/model';
import { UnsaidError } from '../format-error.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import { describeNetwork } from './describe-network.js';
import { DATA_FORMAT } from './flattened-pairs.js';
import { type Match, matchTensors, torchvisionName } from './match-tensors.js';
import type { SourceModel } from './source-model.js';

type Source = Pick<SourceModel, 'tensors' | 'layout' | 'unsaid' | 'flattenUnsaid'>;

export interface Candidate {
  readonly spec: NetworkSpec;
  readonly match: Match;
}

/** Where a network was assumed by its widths, the sentence that says so. */
export interface Detected extends Candidate {
  readonly taken: string | null;
}

/**
 * Finds the network a file's shapes belong to. Each preset takes the file's filters, hidden
 * units and classes and must then fit in every shape. Shapes do not say which activations, pools and
 * norms stand between them, so the file or the caller has to: nothing is a default. The one
 * exception are the widths 64-192-384-256-256, which no other published AlexNet has, under names that
 * count modules as torchvision's do: its network is assumed then, and a note says so.
 *
 * @param presets what the caller or the file says, null for nothing
 * @throws FormatError ambiguous with the choices and what each means, unknown-network
 */
export function detectSpec(
  source: Source,
  presets: readonly PresetName[] | null,
  modifiers: SpecModifiers = {},
): Detected {
  const fitting = (presets ?? PRESET_NAMES).flatMap((preset) => {
    const spec = scaled(preset, source, modifiers);
    const match = spec && matchTensors(parameterLayouts(spec), source.tensors, source.layout);
    return spec && match ? [{ spec, match }] : [];
  });
  const proportional = fitting.filter(({ spec }) => isProportional(spec));
  const found = proportional.length > 0 ? proportional : fitting;
  const [first, ...others] = found;
  if (!first) {
    const asked = presets ? presets.join(' or ') : 'any preset';
    throw new UnsaidError(
      'unknown-network',
      `the shapes are not those of ${asked}; say what differs (input size, padding, norm, groups), or give the network's spec`,
      ['preset', 'modifiers', 'spec'],
    );
  }
  const { spec, match } = first;
  if (presets && others.length === 0) return { ...first, taken: null };
  const counted = match.by === 'torchvision' || !source.unsaid;
  if (spec.preset === 'torchvision' && proportional.length === 1 && counted) {
    const what = match.by === 'torchvision' ? 'names and widths are' : 'widths are';
    const taken = `the file holds numbers only; its ${what} those of torchvision's AlexNet, so that was assumed: ${describeNetwork(spec)}; say what differs if it is another network`;
    return { ...first, taken };
  }
  throw ambiguous(
    fitting.map(({ spec }) => spec),
    source,
  );
}

function ambiguous(
  fitting: readonly NetworkSpec[],
  { unsaid, flattenUnsaid }: Source,
): UnsaidError {
  const names = fitting.map(({ preset }) => preset).join(', ');
  const choices = fitting.map((spec) => `${spec.preset} is ${describeNetwork(spec)}`).join('. ');
  return new UnsaidError(
    'ambiguous',
    `the file holds numbers only${unsaid ? ` (${unsaid})` : ''}; they fit ${names}${fitting.length > 1 ? ', which compute different things' : ' and networks that differ from it'}; say which one it is, and what differs from it (norm, pool, activation, input)${flattenUnsaid ? `, and ${DATA_FORMAT}` : ''}. ${choices}`,
    ['preset', 'modifiers', ...(flattenUnsaid ? (['dataFormat'] as const) : [])],
  );
}

/** A preset with the file's filters, units and classes; null where those make no network. */
function scaled(
  preset: PresetName,
  { tensors, layout }: Source,
  modifiers: SpecModifiers,
): NetworkSpec | null {
  const weights = [...tensors.values()].filter(({ shape }) => shape.length > 1);
  const weightOf = (layer: string, position: number) =>
    tensors.get(`${layer}.weight`) ??
    tensors.get(torchvisionName(`${layer}.weight`) ?? '') ??
    weights[position];
  // What the first filters see are the images.
  const channels = weightOf('conv1', 0)?.shape.at(layout === 'channels-first' ? 1 : -2);
  const base = attempt(() =>
    createSpec(preset, {
      ...(channels === undefined ? {} : { channels }),
      ...(tensors.has('norm1.running_mean') ? { norm: 'batch' } : {}),
      ...modifiers,
    }),
  );
  if (!base) return null;
  let position = 0;
  let classes = 0;
  const layers: LayerSpec[] = [];
  for (const layer of base.layers) {
    if (layer.op !== 'conv' && layer.op !== 'dense') {
      layers.push(layer);
      continue;
    }
    const tensor = weightOf(layer.name, position);
    const outputs = layout === 'channels-first' ? tensor?.shape[0] : tensor?.shape.at(-1);
    if (!outputs) return null;
    layers.push(
      layer.op === 'conv' ? { ...layer, filters: outputs } : { ...layer, units: outputs },
    );
    classes = outputs;
    position++;
  }
  const spec = { ...base, classes, layers };
  // Filters have to divide into groups, and every layer to stand where it does.
  return attempt(() => inferShapes(spec)) ? spec : null;
}

function attempt<T>(task: () => T): T | null {
  try {
    return task();
  } catch (error) {
    if (error instanceof ModelError) return null;
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
