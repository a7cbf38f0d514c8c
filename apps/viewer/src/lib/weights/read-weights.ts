import {
  type ByteSource,
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
export type Description = Pick<
  OpenModelOptions,
  'preset' | 'modifiers' | 'spec' | 'channelOrder' | 'dataFormat' | 'epsilon'
>;

export interface ReadWeightsOptions {
  readonly description: Description;
  readonly open: (file: File) => ByteSource;
}

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
  return openModel(...(await inputOf(files, options)));
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
  const { format, main, companions } = await sortFiles(files, open);
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
      ...Object.fromEntries(
        Object.entries(companions).map(([option, file]) => [option, open(file)]),
      ),
    },
  ];
}
