import {
  type ByteSource,
  FormatError,
  type FoundModel,
  findModel,
  type ModelSource,
  NOTE_CODES,
  type OpenedModel,
  type OpenModelOptions,
  openModel,
} from '@alexnet/convert';
import { sortFiles } from './weights-files.js';

/** What a person said of a network whose file does not say it. */
export type Description = Pick<OpenModelOptions, 'preset' | 'modifiers' | 'spec' | 'channelOrder'>;

export interface ReadWeightsOptions {
  readonly description: Description;
  readonly open: (file: File) => ByteSource;
}

/** Weights of Keras without the model: not even the kinds of layers that have no weights. */
const NUMBERS_ONLY = /\.weights\.h5$/;

/**
 * Reads a network from files of any format. Everything inexact is let through: the page shows the
 * notes and asks before it uses the network.
 *
 * @throws FormatError ambiguous or unknown-network when a description is needed
 */
export async function readWeights(
  files: readonly File[],
  options: ReadWeightsOptions,
): Promise<OpenedModel> {
  const read = await openModel(...(await inputOf(files, options)));
  const { preset, spec } = options.description;
  const numbers = files.find(({ name }) => NUMBERS_ONLY.test(name));
  if (numbers && preset === undefined && spec === undefined) {
    throw new FormatError(
      'ambiguous',
      `${numbers.name} holds numbers only: they fit ${read.model.spec.preset}, but nothing in it says how its layers are padded, pooled and normalized.`,
    );
  }
  return read;
}

/** The same without reading the numbers. */
export async function findWeights(
  files: readonly File[],
  options: ReadWeightsOptions,
): Promise<FoundModel> {
  return findModel(...(await inputOf(files, options)));
}

async function inputOf(
  files: readonly File[],
  { description, open }: ReadWeightsOptions,
): Promise<[ModelSource, OpenModelOptions]> {
  const { format, main, companion } = await sortFiles(files, open);
  const beside = async (name: string): Promise<ByteSource> => {
    const wanted = name.split('/').at(-1);
    const file = files.find((candidate) => candidate.name === wanted);
    if (!file) throw new Error(`${main.name} needs ${wanted}. Drop the two together.`);
    return open(file);
  };
  return [
    { name: main.name, bytes: open(main), beside },
    {
      ...description,
      ...(format && { from: format }),
      allow: NOTE_CODES,
      ...(companion ? { [companion.option]: open(companion.file) } : {}),
    },
  ];
}
