import type { NetworkSpec, PresetName, SpecModifiers } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { type ParameterLayout, parameterLayouts } from '../layout/parameter-layouts.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { type Match, matchTensors, torchvisionName } from './match-tensors.js';
import type { SourceModel } from './source-model.js';

/** `createSpec` of `@alexnet/model`. */
export type SpecFactory = (preset?: PresetName, modifiers?: SpecModifiers) => NetworkSpec;

export interface Candidate {
  readonly spec: NetworkSpec;
  readonly match: Match;
}

const PRESETS: readonly PresetName[] = [
  'alexnet',
  'paper',
  'original2012',
  'caffe',
  'caffenet',
  'torchvision',
  'lenet5',
];

/**
 * Finds the network a file's shapes belong to. Each preset is scaled to the file's filters, hidden
 * units and classes and must then fit in every shape. The four two-tower nets have the same shapes,
 * so the file or the caller has to say which one it is: nothing is guessed.
 *
 * @param presets what the caller or the file says, null for nothing
 * @throws FormatError ambiguous-preset, unknown-network
 */
export function detectSpec(
  source: Pick<SourceModel, 'tensors' | 'layout'>,
  createSpec: SpecFactory,
  presets: readonly PresetName[] | null,
): Candidate {
  const found = (presets ?? PRESETS).flatMap((preset) => {
    const spec = scaled(preset, source, createSpec);
    const match = spec && matchTensors(parameterLayouts(spec), source.tensors, source.layout);
    return spec && match ? [{ spec, match }] : [];
  });
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

/** A preset with the file's sizes, null where those make no network. */
function scaled(
  preset: PresetName,
  { tensors, layout }: Pick<SourceModel, 'tensors' | 'layout'>,
  createSpec: SpecFactory,
): NetworkSpec | null {
  const base = createSpec(preset);
  const layouts = parameterLayouts(base).filter(({ axes }) => axes.length > 1);
  const outputs = (parameter: ParameterLayout | undefined) =>
    parameter && outputsOf(parameter.name, layouts.indexOf(parameter), tensors, layout);
  const [conv1] = layouts;
  const hidden = layouts.find(({ canonicalShape }) => canonicalShape.length === 2);
  const filters = outputs(conv1);
  const units = outputs(hidden);
  const classes = outputs(layouts.at(-1));
  if (!conv1 || !hidden || !filters || !units || !classes) return null;
  try {
    return createSpec(preset, {
      classes,
      width: filters / (conv1.canonicalShape[0] ?? 1),
      headWidth: units / (hidden.canonicalShape[0] ?? 1),
      ...(tensors.has('norm1.running_mean') ? { norm: 'batch' } : {}),
    });
  } catch {
    // A geometry the model package refuses is simply not the one in the file.
    return null;
  }
}

/** Output count of a weight, looked up by name or else by its place among the weights. */
function outputsOf(
  name: string,
  position: number,
  tensors: StoredTensors,
  layout: SourceModel['layout'],
): number | undefined {
  const weights = [...tensors.values()].filter(({ shape }) => shape.length > 1);
  const tensor = tensors.get(name) ?? tensors.get(torchvisionName(name) ?? '') ?? weights[position];
  return layout === 'channels-first' ? tensor?.shape[0] : tensor?.shape.at(-1);
}
