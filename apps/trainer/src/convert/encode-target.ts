import { basename, dirname, extname, join } from 'node:path';
import { type Model, writeModel, writeOnnx } from '@alexnet/convert';
import type { Note } from '@alexnet/convert/torch';
import type { TargetFormat } from './formats.js';
import { loadH5 } from './load-h5.js';
import { NOTE_CODES } from './read-source.js';

export interface Encoded {
  /** Path to content, in the order to write them: the file that names the others comes last. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  readonly notes: readonly Note[];
}

/** The note of half precision, where the codec itself has none. */
export function precisionNotes(dtype: 'f32' | 'f16'): readonly Note[] {
  const detail = 'weights were rounded to f16';
  return dtype === 'f16' ? [{ code: 'precision', exact: false, detail }] : [];
}

/** The main file of OUT: `model.json` in a folder for TF.js, OUT itself for all others. */
export function mainFile(target: string, format: TargetFormat): string {
  return format === 'tfjs' && extname(target) !== '.json' ? join(target, 'model.json') : target;
}

/**
 * Encodes a network; nothing is written yet.
 *
 * @param path the main file, from {@link mainFile}
 * @throws FormatError
 */
export async function encodeTarget(
  model: Model,
  format: TargetFormat,
  path: string,
  dtype: 'f32' | 'f16',
): Promise<Encoded> {
  const allow = { allow: NOTE_CODES };
  const one = (bytes: Uint8Array) => new Map([[path, bytes]]);
  switch (format) {
    case 'safetensors':
      return { files: one(writeModel(model, { dtype })), notes: precisionNotes(dtype) };
    case 'onnx':
      return { files: one(writeOnnx(model)), notes: [] };
    case 'torch': {
      const { writeTorchModel } = await import('@alexnet/convert/torch');
      const { bytes, notes } = writeTorchModel(unmarked(model), { ...allow, dtype });
      return { files: one(bytes), notes };
    }
    case 'numpy': {
      const { writeNumpyModel } = await import('@alexnet/convert/numpy');
      const { bytes, notes } = writeNumpyModel(unmarked(model), allow);
      return { files: one(bytes), notes };
    }
    case 'keras': {
      const h5 = await loadH5();
      const { writeKerasWeights } = await import('@alexnet/convert/keras');
      const { bytes, notes } = await writeKerasWeights(unmarked(model), { ...allow, h5 });
      return { files: one(bytes), notes };
    }
    case 'caffe': {
      const { caffeMean, writeBinaryproto, writeCaffeModel } = await import(
        '@alexnet/convert/caffe'
      );
      const { caffemodel, prototxt, notes } = writeCaffeModel(unmarked(model), allow);
      const mean = model.preprocessing && caffeMean(model.preprocessing);
      const beside = (name: string) => join(dirname(path), name);
      return {
        files: new Map<string, Uint8Array | string>([
          [beside('deploy.prototxt'), prototxt],
          ...(mean ? [[beside('mean.binaryproto'), writeBinaryproto(mean)] as const] : []),
          [path, caffemodel],
        ]),
        notes,
      };
    }
    case 'tfjs': {
      const { writeTfjsModel } = await import('@alexnet/convert/tfjs');
      const { modelJson, shards, notes } = writeTfjsModel(model);
      const beside = [...shards].map(([name, bytes]) => {
        return [join(dirname(path), basename(name)), bytes] as const;
      });
      return { files: new Map<string, Uint8Array | string>([...beside, [path, modelJson]]), notes };
    }
  }
}

/** That a network was once read from another format is nothing a file of tensors would miss. */
function unmarked(model: Model): Model {
  const keys = Object.keys(model.provenance ?? {});
  return keys.join() === 'format' ? { ...model, provenance: null } : model;
}
