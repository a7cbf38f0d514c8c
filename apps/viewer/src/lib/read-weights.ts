import {
  type ByteSource,
  NOTE_CODES,
  type OpenedModel,
  type OpenModelOptions,
  openModel,
} from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import { sortFiles } from './weights-files.js';

export interface ReadWeightsOptions {
  /** What the reader said the network is, where the file cannot tell. */
  readonly preset: PresetName | null;
  readonly open: (file: File) => ByteSource;
}

/**
 * Reads a network from files of any format. Everything inexact is let through: the page shows the
 * notes and asks before it uses the network.
 *
 * @throws FormatError ambiguous when only a person can say which network it is
 */
export async function readWeights(
  files: readonly File[],
  { preset, open }: ReadWeightsOptions,
): Promise<OpenedModel> {
  const { format, main, companion } = await sortFiles(files, open);
  const options: OpenModelOptions = {
    from: format,
    allow: NOTE_CODES,
    ...(preset ? { preset } : {}),
    ...(companion ? { [companion.option]: open(companion.file) } : {}),
  };
  const beside = async (name: string): Promise<ByteSource> => {
    const wanted = name.split('/').at(-1);
    const file = files.find((candidate) => candidate.name === wanted);
    if (!file) throw new Error(`${main.name} needs ${wanted}. Drop the two together.`);
    return open(file);
  };
  return openModel({ name: main.name, bytes: open(main), beside }, options);
}
