import { asCount, asItems, asText, PickleGlobal, type PickleValue } from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import { FLOAT_BYTES } from '../tensors/floats.js';
import type { FloatType } from '../tensors/tensor-file.js';

/** A storage as a torch pickle refers to it. */
export interface StorageReference {
  readonly key: string;
  /** null for UntypedStorage, whose users name the type themselves. */
  readonly dtype: FloatType | 'integer' | null;
  readonly elementBytes: number;
  /** Elements a legacy view starts after the storage's own start. */
  readonly viewOffset: number;
}

const STORAGE_TYPES: Readonly<Record<string, FloatType>> = {
  FloatStorage: 'f32',
  DoubleStorage: 'f64',
  HalfStorage: 'f16',
  BFloat16Storage: 'bf16',
};

const DTYPES: Readonly<Record<string, FloatType>> = {
  'torch.float32': 'f32',
  'torch.float64': 'f64',
  'torch.float16': 'f16',
  'torch.bfloat16': 'bf16',
};

/** Bytes per element of the integer storages a checkpoint may carry besides its weights. */
const INTEGER_BYTES: Readonly<Record<string, number>> = {
  ByteStorage: 1,
  CharStorage: 1,
  BoolStorage: 1,
  ShortStorage: 2,
  IntStorage: 4,
  LongStorage: 8,
};

/**
 * The type behind e.g. `torch.FloatStorage`, `torch.cuda.FloatStorage`, `torch.FloatTensor`.
 *
 * @throws FormatError bad-dtype for quantized and complex types
 */
export function storageType(value: PickleValue | undefined): {
  readonly dtype: FloatType | 'integer' | null;
  readonly elementBytes: number;
} {
  const path = value instanceof PickleGlobal ? value.path : '';
  const name = path.slice(path.lastIndexOf('.') + 1).replace(/Tensor$/, 'Storage');
  const dtype = lookUp(STORAGE_TYPES, name);
  if (dtype) return { dtype, elementBytes: FLOAT_BYTES[dtype] };
  const elementBytes = lookUp(INTEGER_BYTES, name);
  if (elementBytes) return { dtype: 'integer', elementBytes };
  if (name === 'UntypedStorage') return { dtype: null, elementBytes: 1 };
  throw new FormatError('bad-dtype', `torch: storage type "${path}" is not supported`);
}

/** The type behind `torch.float32` and friends; null for anything else. */
export function dtypeOf(value: PickleValue | undefined): FloatType | null {
  return value instanceof PickleGlobal ? (lookUp(DTYPES, value.path) ?? null) : null;
}

/**
 * Reads `('storage', type, key, location, numel[, view])`, the id of zip and legacy files; null for
 * a reference to something else, such as the source code of a module.
 */
export function asStorageId(id: PickleValue): StorageReference | null {
  const [kind, type, key, , , view] = asItems(id, 'a reference');
  if (asText(kind, 'a reference') !== 'storage') return null;
  const viewOffset = view ? asCount(asItems(view, 'a storage view')[1], 'a view offset') : 0;
  return { key: asText(key, 'a storage key'), ...storageType(type), viewOffset };
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
