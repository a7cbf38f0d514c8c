import {
  asCount,
  asCounts,
  PickleGlobal,
  PickleObject,
  PicklePersistent,
  PickleTuple,
  type PickleValue,
} from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import type { View } from '../tensors/strided.js';
import type { FloatType } from '../tensors/tensor-file.js';
import { dtypeOf } from './storage.js';

/** A tensor as a pickle describes it: whose numbers, and which of them. */
export interface TensorReference {
  /** Persistent id of the storage, or of the whole tensor in a tar file. */
  readonly id: PickleValue;
  /** null where the id names a whole tensor. */
  readonly view: View | null;
  /** Set where the storage is untyped. */
  readonly dtype: FloatType | null;
}

/** A tensor in a form that is not read, by the function that would rebuild it. */
export interface UnreadTensor {
  readonly rebuiltBy: string;
}

const MAX_DEPTH = 32;

/** The tensor a value stands for; null for anything else. @throws FormatError for one that is damaged */
export function asTensor(value: PickleValue, depth = 0): TensorReference | UnreadTensor | null {
  if (value instanceof PicklePersistent) return { id: value.id, view: null, dtype: null };
  if (!(value instanceof PickleObject)) return null;
  return rebuilt(value.callee, value.args.items, depth);
}

function rebuilt(
  callee: PickleGlobal,
  args: readonly PickleValue[],
  depth: number,
): TensorReference | UnreadTensor | null {
  if (depth > MAX_DEPTH) throw new FormatError('too-large', 'torch: a tensor wrapped too often');
  switch (callee.path) {
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
    case 'torch._utils._rebuild_tensor_v3': {
      const [storage, offset, shape, strides, , , dtype] = args;
      if (!(storage instanceof PicklePersistent)) {
        throw new FormatError('bad-header', 'torch: a tensor without storage');
      }
      const view = {
        offset: asCount(offset, 'a tensor offset'),
        shape: asCounts(shape, 'a tensor shape'),
        strides: asCounts(strides, 'a tensor stride'),
      };
      return { id: storage.id, view, dtype: dtypeOf(dtype) };
    }
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
    case 'torch.nn.parameter.Parameter':
    case 'torch.autograd.variable.Variable':
      return asTensor(args[0] ?? null, depth + 1);
    case 'copy_reg.__newobj__':
    case 'copyreg.__newobj__':
      return asTensor(args[1] ?? null, depth + 1);
    case 'torch._tensor._rebuild_from_type':
    case 'torch._tensor._rebuild_from_type_v2': {
      const [inner, , innerArgs] = args;
      const known = inner instanceof PickleGlobal && innerArgs instanceof PickleTuple;
      const tensor = known ? rebuilt(inner, innerArgs.items, depth + 1) : null;
      return tensor ?? { rebuiltBy: callee.path };
    }
    default:
      return callee.path.startsWith('torch._utils._rebuild_') ? { rebuiltBy: callee.path } : null;
  }
}
