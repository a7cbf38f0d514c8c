import {
  type ByteSource,
  decodeSafetensors,
  FormatError,
  type Model,
  readModel,
} from '@alexnet/convert';
import type { Note, NoteCode } from '@alexnet/convert/torch';
import { createSpec, type PresetName, validateSpec } from '@alexnet/model';
import { sortFiles } from './weights-files.js';

/** A network out of any file, and what reading it changed. */
export interface ReadWeights {
  readonly file: Model;
  readonly notes: readonly Note[];
  readonly format: string;
}

export interface ReadWeightsOptions {
  /** What the reader said the network is, where the file cannot tell. */
  readonly preset: PresetName | null;
  readonly open: (file: File) => ByteSource;
}

/** Everything is let through here; the page shows inexact notes and asks before it uses the network. */
const ALLOW: readonly NoteCode[] = [
  'names',
  'layout',
  'channel-order',
  'groups',
  'precision',
  'dropped-tensor',
  'metadata',
  'preprocessing',
  'mean-image',
  'architecture',
];

/**
 * Reads a network from files of any format @alexnet/convert knows; each codec is loaded when needed.
 *
 * @throws FormatError ambiguous-preset when only a person can say which network it is
 */
export async function readWeights(
  files: readonly File[],
  { preset, open }: ReadWeightsOptions,
): Promise<ReadWeights> {
  const { format, main, companion } = await sortFiles(files, open);
  const options = { createSpec, allow: ALLOW, ...(preset ? { preset } : {}) };
  const source = open(main);
  const all = () => source.read(0, source.size);
  const beside = async (name: string): Promise<ByteSource> => {
    const wanted = name.split('/').at(-1);
    const file = files.find((candidate) => candidate.name === wanted);
    if (!file) throw new Error(`${main.name} needs ${wanted}. Drop the two together.`);
    return open(file);
  };
  const read = async () => {
    switch (format) {
      case 'safetensors':
        return { file: readOwn(await all()), notes: [] };
      case 'torch':
        return (await import('@alexnet/convert/torch')).readTorchModel(source, options);
      case 'numpy':
        return (await import('@alexnet/convert/numpy')).readNumpyModel(source, options);
      case 'onnx': {
        const { readOnnxModel } = await import('@alexnet/convert/onnx');
        return readOnnxModel(source, { ...options, validateSpec, resolve: beside });
      }
      case 'caffe': {
        const { readBinaryproto, readCaffeModel } = await import('@alexnet/convert/caffe');
        if (!companion) return readCaffeModel(source, options);
        const image = open(companion);
        const mean = await readBinaryproto(await image.read(0, image.size));
        return readCaffeModel(source, { ...options, mean });
      }
      case 'tfjs': {
        const { readTfjsModel } = await import('@alexnet/convert/tfjs');
        const text = new TextDecoder().decode(await all());
        return readTfjsModel(text, { ...options, validateSpec, resolve: beside });
      }
      case 'keras': {
        const [{ readKerasModel }, h5] = await Promise.all([
          import('@alexnet/convert/keras'),
          import('h5wasm'),
        ]);
        return readKerasModel(source, { ...options, h5 });
      }
      case 'tensorflow': {
        const { readTensorflowModel } = await import('@alexnet/convert/tensorflow');
        const prefix = main.name.replace(/\.index$/, '');
        const five = (number: number) => String(number).padStart(5, '0');
        return readTensorflowModel(source, {
          ...options,
          openShard: (index, count) => beside(`${prefix}.data-${five(index)}-of-${five(count)}`),
        });
      }
      case 'matconvnet':
        return (await import('@alexnet/convert/matconvnet')).readMatconvnetModel(source, options);
      case 'cuda-convnet': {
        const { readConvnetModel } = await import('@alexnet/convert/cuda-convnet');
        return readConvnetModel(source, {
          ...options,
          ...(companion ? { meta: open(companion) } : {}),
        });
      }
    }
  };
  return { ...(await read()), format };
}

/** Metadata key of `alexnet train`'s checkpoints (`packages/trainer/src/node/checkpoint-store.ts`). */
const CHECKPOINT = 'alexnet.checkpoint';

function readOwn(bytes: Uint8Array): Model {
  const { metadata } = decodeSafetensors(bytes);
  if (!metadata.has('alexnet') && metadata.has(CHECKPOINT)) {
    throw new FormatError(
      'bad-metadata',
      'This is a checkpoint of "alexnet train", which does not say what network it belongs to. Open weights.safetensors of its run, or follow the run with "pnpm viewer RUN".',
    );
  }
  return readModel(bytes, { validateSpec });
}
