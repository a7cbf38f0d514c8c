import type { NetworkSpec, Preprocessing, PresetName, Weight } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { fromCanonical } from '../layout/canonical.js';
import { type ParameterLayout, parameterLayouts } from '../layout/parameter-layouts.js';
import type { ModelFile } from '../model-file/model-file.js';
import { reverseInputChannels, reversePreprocessing } from './channel-order.js';
import { type Candidate, detectSpec, type SpecFactory } from './detect-spec.js';
import { matchTensors } from './match-tensors.js';
import { checkAllowed, type Note, type NoteCode } from './note.js';
import type { SourceModel } from './source-model.js';

export interface AssembleOptions {
  /** `createSpec` of `@alexnet/model`. */
  readonly createSpec: SpecFactory;
  /** Which network it is, where shapes cannot tell: paper, original2012, caffe or caffenet. */
  readonly preset?: PresetName;
  /** The whole network, where it is no preset scaled in width and classes. */
  readonly spec?: NetworkSpec;
  /** What the file does not say but the caller knows. */
  readonly preprocessing?: Preprocessing;
  readonly classNames?: readonly string[];
  /** Codes of inexact notes to accept. */
  readonly allow?: readonly NoteCode[];
}

export interface Converted {
  readonly file: ModelFile;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/**
 * Makes a model file, tfjs layout and RGB, of what a codec found in another tool's file.
 *
 * @throws FormatError unknown-network, ambiguous-preset, not-allowed
 */
export async function assembleModel(
  source: SourceModel,
  options: AssembleOptions,
): Promise<Converted> {
  const { spec, match } = findNetwork(source, options);
  const notes: Note[] = [...source.notes];
  const note = (code: NoteCode, exact: boolean, detail: string) =>
    notes.push({ code, exact, detail });

  if (match.by === 'torchvision') note('names', true, 'torchvision names became layer names');
  if (match.by === 'order') note('names', true, 'tensors were matched by their order');
  for (const name of match.left) note('dropped-tensor', false, `"${name}" has no place`);
  for (const [, name, { dtype }] of match.pairs) {
    if (dtype === 'f64') note('precision', false, `"${name}" was rounded from f64 to f32`);
  }
  if (source.layout === 'channels-first') {
    note('layout', true, 'convolutions and dense layers were transposed to channels-last');
  }
  const bgr = source.channelOrder === 'bgr';
  if (bgr) note('channel-order', true, 'conv1 and the mean were reversed from BGR to RGB');
  const known = options.preprocessing ?? source.preprocessing;
  if (!known) note('preprocessing', true, 'the file does not say how pictures are prepared');
  checkAllowed(notes, options.allow);

  const weights = await readWeights(spec, source, match);
  const first = parameterLayouts(spec)[0]?.name ?? '';
  const kernel = weights.get(first);
  if (bgr && kernel) weights.set(first, reverseInputChannels(kernel));
  const preprocessing = known && known.channelOrder === 'bgr' ? reversePreprocessing(known) : known;
  return {
    file: {
      spec,
      weights,
      preprocessing: preprocessing ?? null,
      classNames: options.classNames ?? source.classNames,
      provenance: { format: source.format },
    },
    notes,
  };
}

function findNetwork(source: SourceModel, options: AssembleOptions): Candidate {
  const { spec, preset, createSpec } = options;
  if (!spec) return detectSpec(source, createSpec, preset ? [preset] : source.presets);
  const match = matchTensors(parameterLayouts(spec), source.tensors, source.layout);
  if (match) return { spec, match };
  throw new FormatError(
    'unknown-network',
    'the shapes in the file are not those of the given spec',
  );
}

async function readWeights(
  spec: NetworkSpec,
  source: SourceModel,
  match: Candidate['match'],
): Promise<Map<string, Weight>> {
  const layouts = new Map(parameterLayouts(spec).map((layout) => [layout.name, layout]));
  const weights = new Map<string, Weight>();
  const shapeOf = ({ canonicalShape, shape }: ParameterLayout) =>
    source.layout === 'channels-first' ? canonicalShape : shape;
  for (const [name, , tensor] of match.pairs) {
    const layout = layouts.get(name);
    if (layout) weights.set(name, { shape: shapeOf(layout), data: await tensor.read() });
  }
  return source.layout === 'channels-first' ? fromCanonical(spec, weights) : weights;
}
