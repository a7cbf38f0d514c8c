import type { ByteSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import { type Storage, stridedTensor } from '../tensors/strided.js';
import type { FloatType, StoredTensors } from '../tensors/tensor-file.js';
import { asStorageId } from './storage.js';
import type { TensorReference } from './tensor-reference.js';

/**
 * Joins the tensors a pickle describes with the storages the container holds. Integer tensors,
 * such as batch norm's `num_batches_tracked`, are left out: no weight is one.
 *
 * @param locate the bytes of a storage by its key
 */
export function resolveTensors(
  references: ReadonlyMap<string, TensorReference>,
  locate: (key: string) => ByteSource | undefined,
): StoredTensors {
  const tensors: StoredTensors = new Map();
  for (const [name, { id, view, dtype }] of references) {
    const reference = asStorageId(id);
    if (!reference) throw new FormatError('unsupported', `torch: "${name}" is no tensor`);
    const type = reference.dtype ?? dtype;
    if (type === 'integer' || (reference.dtype === null && dtype === null)) {
      if ((view?.shape.length ?? 0) < 2) continue;
      throw new FormatError(
        'unsupported',
        `torch: "${name}" holds whole numbers or floats of 8 bits, whose scales are not read; save it as float32`,
      );
    }
    if (!view || !type) throw new FormatError('bad-header', `torch: "${name}" has no shape`);
    const source = locate(reference.key);
    if (!source) {
      throw new FormatError('missing-tensor', `torch: "${name}" names a storage the file lacks`);
    }
    const offset = view.offset + reference.viewOffset;
    tensors.set(name, stridedTensor(name, storageOf(name, source, type), { ...view, offset }));
  }
  if (tensors.size === 0) {
    throw new FormatError(
      'missing-tensor',
      'torch: the file holds no named tensors of floats; save the state_dict of the network',
    );
  }
  return tensors;
}

function storageOf(name: string, source: ByteSource, dtype: FloatType): Storage {
  const length = source.size / FLOAT_BYTES[dtype];
  if (!Number.isInteger(length)) {
    throw new FormatError('bad-shape', `torch: the storage of "${name}" ends inside a number`);
  }
  return { dtype, length, source };
}
