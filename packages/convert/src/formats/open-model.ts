import { asSource, type ByteSource, blobSource } from '@alexnet/files';
import type { Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import { loadModel, type StoredModel } from '../alexnet/stored-model.js';
import { FormatError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';
import { detectFormat } from './detect-format.js';
import type { ModelSource } from './format.js';
import { FORMATS, type FormatName, formatOf } from './formats.js';
import { adviceOn } from './others.js';
import { unwrapped } from './unwrap.js';

/** What {@link openModel} takes: a file, in memory or not, alone or with what lies beside it. */
export type ModelInput = Uint8Array | ByteSource | Blob | ModelSource;

/** What a reader needs to know that a file does not say, and the format where it is known. */
export interface OpenModelOptions extends OpenOptions {
  /** The format, instead of telling it by the bytes. */
  readonly from?: FormatName;
}

/** A network out of a file of any format. */
export interface OpenedModel {
  readonly format: FormatName;
  /** The network, weights in tfjs layout and RGB. */
  readonly model: Model;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/** A network found in a file of any format, its numbers still to be read. */
export interface FoundModel extends StoredModel {
  readonly format: FormatName;
}

/**
 * Reads a network from a file of any format; the code of its format alone is loaded.
 *
 * @throws FormatError not-this-format for no known format, ambiguous where only the caller
 *   can say which network it is, not-allowed for an inexact step whose code is not in `allow`,
 *   bad-metadata for a preprocessing, an order of colors or class names that cannot be; TypeError for a path
 *   or an ArrayBuffer
 */
export async function openModel(
  input: ModelInput,
  options: OpenModelOptions = {},
): Promise<OpenedModel> {
  const { format, ...stored } = await findModel(input, options);
  return { format, model: await loadModel(stored), notes: stored.notes };
}

/** The same with every parameter left in the file until it is asked for, as by `writeStoredModel`. */
export async function findModel(
  input: ModelInput,
  options: OpenModelOptions = {},
): Promise<FoundModel> {
  const given = asModelSource(input);
  const { preprocessing, channelOrder, classNames } = options;
  const isSaid = [preprocessing, channelOrder, classNames].some((said) => said !== undefined);
  // Most files say it themselves.
  const check = isSaid ? await import('./check-said.js') : null;
  check?.checkSaid(options);
  const found = await findIn(given, options);
  check?.checkSaidNames(options, found.spec.classes);
  return found;
}

async function findIn(given: ModelSource, options: OpenModelOptions): Promise<FoundModel> {
  if (!options.from) await refuseOthers(given);
  const inner = options.from ? null : await unwrapped(given, options);
  const source = inner?.source ?? given;
  if (source !== given) await refuseOthers(source);
  const format = options.from ?? (await requireFormat(source));
  requireCompanion(format, options);
  const { read, companions } = formatOf(format);
  const means = companions?.includes('mean') && isOpen(options) ? inner?.means : [];
  const [mean, ...others] = means ?? [];
  if (!mean) return { ...(await read(source, options)), format };
  if (others.length > 0) {
    const names = [mean, ...others].map(({ name }) => name).join(', ');
    throw new FormatError(
      'ambiguous',
      `${given.name} holds several mean images (${names}); give one as "mean"`,
    );
  }
  const model = await read(source, { ...options, mean: mean.bytes });
  const detail = `${mean.name} beside it in the archive was taken as the mean image`;
  const note: Note = { code: 'preprocessing', exact: true, detail };
  return { ...model, notes: [...model.notes, note], format };
}

/** Whether the caller says nothing of how images are prepared. */
function isOpen({ mean, preprocessing }: OpenOptions): boolean {
  return mean === undefined && preprocessing === undefined;
}

/** @throws FormatError not-this-format naming what a file without weights is */
async function refuseOthers({ name, bytes }: ModelSource): Promise<void> {
  const advice = await adviceOn(bytes);
  if (advice !== null) throw new FormatError('not-this-format', `${name} is ${advice}`);
}

async function requireFormat({ name, bytes }: ModelSource): Promise<FormatName> {
  const format = await detectFormat(bytes);
  if (format === 'caffe-mean') {
    throw new FormatError(
      'not-this-format',
      `${name} is a mean image, which goes with a .caffemodel`,
    );
  }
  if (format !== null) return format;
  const titles = FORMATS.map(({ title }) => title);
  throw new FormatError(
    'not-this-format',
    `${name} is no network in a known format, or damaged; known are ${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`,
  );
}

/** A second file that its format would pass over is refused. */
function requireCompanion(format: FormatName, options: OpenModelOptions): void {
  for (const { name, companions = [] } of FORMATS) {
    const other = companions.find((companion) => {
      return options[companion] && !formatOf(format).companions?.includes(companion);
    });
    if (other) {
      throw new FormatError('unsupported', `"${other}" goes with ${name}, not with ${format}`);
    }
  }
}

function asModelSource(input: ModelInput): ModelSource {
  if (typeof (input as Partial<ModelSource> | undefined)?.beside === 'function') {
    return input as ModelSource;
  }
  const bytes =
    input instanceof Blob ? blobSource(input) : asSource(input as Uint8Array | ByteSource);
  const name = input instanceof File ? input.name : 'the file';
  return {
    name,
    bytes,
    async beside(part) {
      throw new FormatError('missing-file', `${name} needs ${part} beside it`);
    },
  };
}
