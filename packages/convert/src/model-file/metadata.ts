import { checkName } from '@alexnet/files';
import { type NetworkSpec, validateSpec } from '@alexnet/model';
import { FormatError } from '../format-error.js';
import type { Limits } from '../limits.js';
import { parseStrictJson } from '../parse-strict-json.js';
import type { SafetensorsTensor } from '../safetensors/dtype.js';
import { type PreprocessingJson, parsePreprocessing, preprocessingJson } from './mean-tensor.js';
import { METADATA_VERSION, type Model } from './model-file.js';
import { checkPreprocessing } from './preprocessing.js';

/** The part of a model file that is not tensors. */
export type Description = Omit<Model, 'weights'>;

/**
 * JSON text of a description, keys sorted so that equal descriptions give equal bytes.
 *
 * @param inlineMean whether a mean image stands in the JSON itself instead of in a tensor beside it
 */
export function serializeDescription(
  description: Description,
  { inlineMean }: { readonly inlineMean: boolean },
): string {
  const { spec, classNames, provenance } = description;
  checkClassNames(classNames, spec.classes);
  const preprocessing =
    description.preprocessing && preprocessingJson(description.preprocessing, inlineMean);
  if (preprocessing) checkPreprocessing(preprocessing);
  return JSON.stringify(
    { version: METADATA_VERSION, spec, preprocessing, classNames, provenance },
    (_key, value) => (isObject(value) ? sortKeys(value) : value),
  );
}

/** `__metadata__` of a model file; `format` is what PyTorch tools look for. */
export function modelMetadata(description: Description): Map<string, string> {
  return new Map([
    ['alexnet', serializeDescription(description, { inlineMean: false })],
    ['format', 'pt'],
  ]);
}

/**
 * Reads the text {@link serializeDescription} writes, from a file nobody vouches for.
 *
 * @throws FormatError bad-metadata, bad-spec, and those of strict JSON
 */
export function parseDescription(
  text: string,
  limits: Limits,
  meanTensor?: SafetensorsTensor,
): Description {
  const root = parseStrictJson(text, 'metadata "alexnet"', limits.depth);
  if (!isObject(root)) throw new FormatError('bad-metadata', 'metadata "alexnet" is not an object');
  const { version, spec: rawSpec, preprocessing, classNames, provenance, ...rest } = root;
  if (version !== METADATA_VERSION) {
    throw new FormatError(
      'bad-metadata',
      `metadata "alexnet" has version ${String(version)}, this reader knows ${METADATA_VERSION}`,
    );
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new FormatError('bad-metadata', `metadata "alexnet" has an unknown field "${unknown}"`);
  }
  const spec = validated(rawSpec);
  checkClassNames(classNames, spec.classes);
  if (preprocessing !== null) checkPreprocessing(preprocessing);
  if (provenance !== null && !isObject(provenance)) {
    throw new FormatError('bad-metadata', 'provenance is neither null nor an object');
  }
  return {
    spec,
    preprocessing:
      preprocessing && parsePreprocessing(preprocessing as PreprocessingJson, meanTensor),
    classNames,
    provenance,
  };
}

function validated(value: unknown): NetworkSpec {
  try {
    return validateSpec(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError('bad-spec', `the network in the file is not valid: ${reason}`, { cause });
  }
}

/** @throws FormatError bad-metadata where they are no list of one name for each class */
export function checkClassNames(
  value: unknown,
  classes: number,
): asserts value is readonly string[] | null {
  if (value === null) return;
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw new FormatError('bad-metadata', 'classNames is neither null nor a list of strings');
  }
  if (value.length !== classes) {
    throw new FormatError('bad-metadata', `${value.length} class names for ${classes} classes`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortKeys(value: Record<string, unknown>): Record<string, unknown> {
  for (const key of Object.keys(value)) checkName(key, 'metadata "alexnet"');
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
