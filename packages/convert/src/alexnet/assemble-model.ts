import type { NetworkSpec, Preprocessing, PresetName, Weight } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import { tfjsWeight } from '../layout/canonical.js';
import { type ParameterLayout, parameterLayouts } from '../layout/parameter-layouts.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { reverseInputChannels, reversePreprocessing } from './channel-order.js';
import { type Candidate, detectSpec, type SpecFactory } from './detect-spec.js';
import { matchTensors } from './match-tensors.js';
import { checkAllowed, type Note, type NoteCode } from './note.js';
import type { SourceModel } from './source-model.js';

/** What a reader needs to know that foreign files do not say. */
export interface AssembleOptions {
  /** `createSpec` of `@alexnet/model`. */
  readonly createSpec: SpecFactory;
  /** Which network it is, where shapes cannot tell: paper, original2012, caffe or caffenet. */
  readonly preset?: PresetName;
  /** The whole network, where it is no preset scaled in width and classes. */
  readonly spec?: NetworkSpec;
  /** What the file does not say but the caller knows. */
  readonly preprocessing?: Preprocessing;
  /** Names of the classes in label order, where the caller knows them. */
  readonly classNames?: readonly string[];
  /** Codes of inexact notes to accept. */
  readonly allow?: readonly NoteCode[];
}

/** A network read from another tool's file. */
export interface Converted {
  /** The network, weights in tfjs layout and RGB. */
  readonly file: Model;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/** A network found in a file, its parameters still to be read. */
export interface OpenedModel extends Omit<Model, 'weights'> {
  /** Everything that is changed on the way, exact or not. */
  readonly notes: readonly Note[];
  /** In canonical order. */
  readonly parameters: readonly OpenedParameter[];
}

/** One parameter that is read when it is needed. */
export interface OpenedParameter {
  /** Its name, its shapes in tfjs and canonical order, and the axes moved between them. */
  readonly layout: ParameterLayout;
  /** The numbers in tfjs layout. */
  read(): Promise<Weight>;
  /** The file's own numbers, where they already are in canonical order and RGB. */
  readonly canonical: StoredTensor | null;
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
  return loadModel(openModel(source, options));
}

/** Reads all parameters of an opened model. */
export async function loadModel({ notes, parameters, ...rest }: OpenedModel): Promise<Converted> {
  const weights = new Map<string, Weight>();
  for (const { layout, read } of parameters) weights.set(layout.name, await read());
  return { file: { ...rest, weights }, notes };
}

/** Finds the network in a file and says what reading it takes, before any number is read. */
export function openModel(source: SourceModel, options: AssembleOptions): OpenedModel {
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
  const channelsFirst = source.layout === 'channels-first';
  if (channelsFirst) {
    note('layout', true, 'convolutions and dense layers were transposed to channels-last');
  }
  const bgr = source.channelOrder === 'bgr';
  if (bgr) note('channel-order', true, 'conv1 and the mean were reversed from BGR to RGB');
  const known = options.preprocessing ?? source.preprocessing;
  if (!known) note('preprocessing', true, 'the file does not say how images are prepared');
  checkAllowed(notes, options.allow);

  const layouts = new Map(parameterLayouts(spec).map((layout) => [layout.name, layout]));
  const first = parameterLayouts(spec)[0]?.name;
  const parameters = match.pairs.flatMap(([name, , tensor]): OpenedParameter[] => {
    const layout = layouts.get(name);
    if (!layout) return [];
    const reversed = bgr && name === first;
    const shape = channelsFirst ? layout.canonicalShape : layout.shape;
    const read = async () => {
      const stored = { shape, data: await tensor.read() };
      const weight = channelsFirst ? tfjsWeight(layout, stored) : stored;
      return reversed ? reverseInputChannels(weight) : weight;
    };
    const asStored = !reversed && (channelsFirst || layout.axes.length === 1);
    return [{ layout, read, canonical: asStored ? tensor : null }];
  });
  const preprocessing = known && known.channelOrder === 'bgr' ? reversePreprocessing(known) : known;
  return {
    spec,
    preprocessing: preprocessing ?? null,
    classNames: options.classNames ?? source.classNames,
    provenance: { format: source.format },
    notes,
    parameters,
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
