import { type NetworkSpec, validateSpec } from '@alexnet/model';
import { FormatError, UnsaidError } from '../format-error.js';
import { sameComputation } from '../found/network-of-layers.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { conv1Order, reversePreprocessing } from './channel-order.js';
import { completedDescription } from './completed-description.js';
import { describeNetwork } from './describe-network.js';
import { type Detected, detectSpec } from './detect-spec.js';
import { flattenedPairs } from './flattened-pairs.js';
import { matchTensors } from './match-tensors.js';
import { checkAllowed, type Note, type NoteCode } from './note.js';
import type { OpenOptions } from './open-options.js';
import type { SourceModel } from './source-model.js';
import { type StoredModel, storedParameters } from './stored-model.js';
import { yesOrNo } from './yes-or-no.js';

/** A sigmoid as in BCEWithLogitsLoss is in no file; nor is it said where the number is an estimate. */
const ONE_OUTPUT =
  'one output, and the file does not say that a sigmoid follows; allowed, it is read as two classes, the second as likely as the sigmoid says';

/**
 * Finds the network among what a codec found in another tool's file and says what reading it
 * takes, before any number is read.
 *
 * @throws FormatError unknown-network, ambiguous, not-allowed
 */
export function assembleModel(source: SourceModel, options: OpenOptions): StoredModel {
  const { spec: own, match, taken } = findNetwork(source, options);
  const { spec, pairs } = yesOrNo(own, match.pairs, source.layout);
  const flattened = flattenedPairs(spec, pairs, source, options.dataFormat);
  const notes: Note[] = [...source.notes];
  const note = (code: NoteCode, exact: boolean, detail: string) =>
    notes.push({ code, exact, detail });

  if (match.by === 'torchvision') note('names', true, 'torchvision names became layer names');
  if (match.by === 'order') note('names', true, 'tensors were matched by their order');
  if (taken) note('architecture', true, taken);
  if (own.classes === 1) note('architecture', false, ONE_OUTPUT);
  const norm = spec.layers.find((layer) => layer.op === 'batchnorm');
  if (norm?.op === 'batchnorm' && !options.spec && options.epsilon === undefined) {
    const detail = `the file does not hold what batch norms add to the variance; ${norm.epsilon} was taken, say the epsilon where it is another`;
    note('architecture', true, detail);
  }
  if (source.unlike && !options.spec) {
    note('architecture', false, `${source.unlike}, as no preset has it; give the network's spec`);
  }
  for (const name of match.left) note('dropped-tensor', false, `"${name}" has no place`);
  for (const [, name, { dtype }] of match.pairs) {
    if (dtype === 'f64') note('precision', false, `"${name}" was rounded from f64 to f32`);
  }
  if (source.layout === 'channels-first') {
    note('layout', true, 'convolutions and dense layers were transposed to channels-last');
  }
  if (flattened.note) note('layout', true, flattened.note);
  const bgr = conv1Order(source.channelOrder, options) === 'bgr';
  const known = options.preprocessing ?? source.preprocessing;
  if (bgr) {
    const what = known ? 'conv1 and the mean were' : 'conv1 was';
    note('channel-order', true, `${what} reversed from BGR to RGB`);
  }
  if (!known) note('preprocessing', true, 'the file does not say how images are prepared');
  checkAllowed(notes, options.allow);

  const preprocessing = known && known.channelOrder === 'bgr' ? reversePreprocessing(known) : known;
  return {
    spec,
    preprocessing: preprocessing ?? null,
    classNames: options.classNames ?? source.classNames,
    provenance: { format: source.format },
    notes,
    parameters: storedParameters(spec, flattened.pairs, source.layout, bgr),
  };
}

/**
 * The same where the file itself describes its network. A network the caller names as well has to
 * compute what the file says; another one is an inexact note.
 */
export function assembleDescribed(
  source: SourceModel & { readonly spec: NetworkSpec },
  options: OpenOptions,
): StoredModel {
  const { spec, preset } = options;
  const named = spec ?? (preset && preset !== source.spec.preset ? preset : null);
  if (named === null || (spec && sameComputation(spec, source.spec))) {
    return assembleModel(source, { ...options, spec: spec ?? source.spec });
  }
  const detail = `the file describes ${describeNetwork(source.spec)}, which is not what ${spec?.preset ?? preset} computes`;
  const note: Note = { code: 'architecture', exact: false, detail };
  return assembleModel({ ...source, notes: [...source.notes, note] }, options);
}

/**
 * A model whose file holds everything, tensors by our names and nothing else; what is null in it the
 * caller may say.
 *
 * @throws FormatError missing-tensor, unexpected-tensor, bad-shape, unsupported where the caller
 *   contradicts the file
 */
export function describedModel(
  own: Omit<Model, 'weights'>,
  tensors: StoredTensors,
  layout: SourceModel['layout'],
  options: OpenOptions,
): StoredModel {
  const description = completedDescription(own, options);
  const layouts = parameterLayouts(description.spec);
  const pairs = layouts.map(({ name, shape, canonicalShape }) => {
    const tensor = tensors.get(name);
    if (!tensor) {
      throw new FormatError('missing-tensor', `the network needs "${name}", the file lacks it`);
    }
    const wanted = layout === 'channels-first' ? canonicalShape : shape;
    if (tensor.shape.join() !== wanted.join()) {
      throw new FormatError(
        'bad-shape',
        `"${name}" has shape [${tensor.shape}], the network needs [${wanted}]`,
      );
    }
    return [name, name, tensor] as const;
  });
  const known = new Set(layouts.map(({ name }) => name));
  const extra = [...tensors.keys()].find((name) => !known.has(name));
  if (extra !== undefined) {
    throw new FormatError('unexpected-tensor', `the network has no parameter "${extra}"`);
  }
  const parameters = storedParameters(description.spec, pairs, layout, false);
  return { ...description, notes: [], parameters };
}

function withEpsilon(spec: NetworkSpec, epsilon: number): NetworkSpec {
  const layers = spec.layers.map((layer) =>
    layer.op === 'batchnorm' ? { ...layer, epsilon } : layer,
  );
  return validateSpec({ ...spec, layers });
}

function findNetwork(source: SourceModel, options: OpenOptions): Detected {
  const { spec, preset, modifiers, epsilon } = options;
  if (!spec) {
    const flattenUnsaid = source.flattenUnsaid === true && options.dataFormat === undefined;
    const asked = { ...source, flattenUnsaid };
    const found = detectSpec(asked, preset ? [preset] : source.presets, modifiers);
    return epsilon === undefined ? found : { ...found, spec: withEpsilon(found.spec, epsilon) };
  }
  const match = matchTensors(parameterLayouts(spec), source.tensors, source.layout);
  if (match) return { spec, match, taken: null };
  throw new UnsaidError(
    'unknown-network',
    'the shapes in the file are not those of the given spec',
    ['spec', 'preset'],
  );
}
