import {
  type ByteSource,
  DEFAULT_LIMITS,
  detectFormat,
  type FormatName,
  type Model,
  readModel,
} from '@alexnet/convert';
import type { AssembleOptions, Converted, Note, NoteCode } from '@alexnet/convert/torch';
import { createSpec, type NetworkSpec, type PresetName, validateSpec } from '@alexnet/model';
import type { SourceFormat } from './formats.js';
import { loadH5 } from './load-h5.js';
import type { OpenFiles } from './open-files.js';

/** Every code an inexact note can have; the caller of these functions decides which it lets pass. */
export const NOTE_CODES: readonly NoteCode[] = [
  'precision',
  'dropped-tensor',
  'metadata',
  'preprocessing',
  'mean-image',
  'architecture',
  'groups',
  'names',
  'layout',
  'channel-order',
];

export interface ReadSourceOptions {
  readonly from?: SourceFormat;
  readonly preset?: PresetName;
  /** The network, where it is known from elsewhere. */
  readonly spec?: NetworkSpec;
  /** Caffe's mean image, a `.binaryproto`. */
  readonly mean?: string;
  /** cuda-convnet's `batches.meta`. */
  readonly meta?: string;
}

/** A file whose format is known. */
export interface Source {
  readonly path: string;
  readonly format: SourceFormat;
  readonly bytes: ByteSource;
}

/** Opens a file and tells its format by its bytes. @throws Error where that cannot be told */
export async function openSource(
  path: string,
  files: OpenFiles,
  from: SourceFormat | undefined,
): Promise<Source> {
  const bytes = await files.open(path);
  const format = from ?? (await detectFormat(bytes));
  if (format === null) {
    throw new Error(`${path} is no network in a known format, or damaged (--from names one)`);
  }
  return { path, bytes, format: requireNetwork(path, format) };
}

function requireNetwork(path: string, format: FormatName): SourceFormat {
  if (format !== 'caffe-mean') return format;
  throw new Error(`${path} is a mean image: give it as --mean beside the .caffemodel`);
}

/** What every codec needs to find the network; all inexact notes come back for the caller to judge. */
export function assembleOptions({ preset, spec }: ReadSourceOptions): AssembleOptions {
  return {
    createSpec,
    allow: NOTE_CODES,
    ...(preset ? { preset } : {}),
    ...(spec ? { spec } : {}),
  };
}

/**
 * Reads a whole network, with the codec of its format alone loaded.
 *
 * @throws FormatError
 */
export async function readSource(
  { path, format, bytes }: Source,
  files: OpenFiles,
  options: ReadSourceOptions,
): Promise<Converted> {
  const common = assembleOptions(options);
  const resolve = (name: string) => files.openBeside(path, name);
  switch (format) {
    case 'safetensors':
      return own(readModel(await whole(bytes), { validateSpec }));
    case 'torch':
      return (await import('@alexnet/convert/torch')).readTorchModel(bytes, common);
    case 'numpy':
      return (await import('@alexnet/convert/numpy')).readNumpyModel(bytes, common);
    case 'caffe': {
      const { readBinaryproto, readCaffeModel } = await import('@alexnet/convert/caffe');
      const mean =
        options.mean && (await readBinaryproto(await whole(await files.open(options.mean))));
      return readCaffeModel(bytes, { ...common, ...(mean ? { mean } : {}) });
    }
    case 'onnx':
      return (await import('@alexnet/convert/onnx')).readOnnxModel(bytes, {
        ...common,
        validateSpec,
        resolve,
      });
    case 'tfjs': {
      if (bytes.size > DEFAULT_LIMITS.headerBytes) throw new Error('larger than any model.json');
      const text = new TextDecoder().decode(await whole(bytes));
      const { readTfjsModel } = await import('@alexnet/convert/tfjs');
      return readTfjsModel(text, { ...common, validateSpec, resolve });
    }
    case 'keras': {
      const h5 = await loadH5();
      return (await import('@alexnet/convert/keras')).readKerasModel(bytes, { ...common, h5 });
    }
    case 'tensorflow': {
      const { readTensorflowModel } = await import('@alexnet/convert/tensorflow');
      return readTensorflowModel(bytes, { ...common, openShard: shardOpener(path, files) });
    }
    case 'matconvnet':
      return (await import('@alexnet/convert/matconvnet')).readMatconvnetModel(bytes, common);
    case 'cuda-convnet': {
      const meta = options.meta && (await files.open(options.meta));
      const { readConvnetModel } = await import('@alexnet/convert/cuda-convnet');
      return readConvnetModel(bytes, { ...common, ...(meta ? { meta } : {}) });
    }
  }
}

function own(file: Model): Converted {
  const notes: readonly Note[] = [];
  return { file, notes };
}

function whole(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, source.size);
}

/** `prefix.data-00000-of-00002`, beside `prefix.index`. */
function shardOpener(index: string, files: OpenFiles) {
  const prefix = index.replace(/^.*[/\\]/, '').replace(/\.index$/, '');
  const five = (number: number) => String(number).padStart(5, '0');
  return (shard: number, count: number) =>
    files.openBeside(index, `${prefix}.data-${five(shard)}-of-${five(count)}`);
}
