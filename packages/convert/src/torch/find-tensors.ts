import { checkName } from '@alexnet/files';
import {
  asCount,
  asCounts,
  asItems,
  PickleDict,
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

const MAX_DEPTH = 32;

/** Where training scripts keep the weights inside a larger checkpoint. */
const WRAPPERS = [
  'state_dict',
  'model_state_dict',
  'model',
  'net',
  'network',
  'model_state',
  'params',
  'weights',
];

/**
 * Every named tensor of an unpickled checkpoint: a state dict, one wrapped in a training
 * checkpoint, or a whole pickled module, whose `_modules` and `_parameters` are walked as data.
 * The `module.` prefix of DataParallel is taken off.
 */
export function findTensors(root: PickleValue): Map<string, TensorReference> {
  const found = new Map<string, TensorReference>();
  collect(unwrap(root), '', found, 0);
  const names = [...found.keys()];
  if (names.length > 0 && names.every((name) => name.startsWith('module.'))) {
    return new Map([...found].map(([name, tensor]) => [name.slice('module.'.length), tensor]));
  }
  return found;
}

/** The network inside a training checkpoint: one entry of it, or the one item of a tuple with tensors. */
export function unwrap(root: PickleValue, depth = 0): PickleValue {
  if (depth > MAX_DEPTH) throw new FormatError('too-large', 'torch: a checkpoint nested too deep');
  const items = root instanceof PickleTuple ? root.items : Array.isArray(root) ? root : null;
  if (items) {
    const networks = items.filter(
      (item) => item !== null && tensorsIn(unwrap(item, depth + 1)) > 0,
    );
    const [only, ...others] = networks;
    if (others.length > 0) {
      throw new FormatError(
        'ambiguous',
        `torch: the file holds a list with ${networks.length} things that have tensors; save the network's state_dict alone`,
      );
    }
    return only === undefined ? root : unwrap(only, depth + 1);
  }
  for (const key of WRAPPERS) {
    const inner = entriesOf(root)?.get(key);
    if (inner !== undefined && isNetwork(inner)) return unwrap(inner, depth + 1);
  }
  return root;
}

/** Entries with tensors beside the network in a checkpoint, such as averaged weights. */
export function besideNetwork(root: PickleValue, depth = 0): readonly string[] {
  const entries = entriesOf(root);
  const key = entries && WRAPPERS.find((name) => isNetwork(entries.get(name)));
  if (!entries || key === undefined || depth > MAX_DEPTH) return [];
  const others = [...entries].flatMap(([name, value]) =>
    typeof name === 'string' && name !== key && value !== null && tensorsIn(value) > 0
      ? [name]
      : [],
  );
  return [...others, ...besideNetwork(entries.get(key) ?? null, depth + 1)];
}

function isNetwork(value: PickleValue | undefined): boolean {
  if (value === undefined || asTensor(value, 0)) return false;
  return entriesOf(value) !== null || moduleState(value) !== null;
}

function tensorsIn(value: PickleValue): number {
  const found = new Map<string, TensorReference>();
  collect(value, '', found, 0);
  found.delete(''); // a lone tensor has no name
  return found.size;
}

function collect(
  value: PickleValue,
  prefix: string,
  found: Map<string, TensorReference>,
  depth: number,
): void {
  if (depth > MAX_DEPTH)
    throw new FormatError('too-large', `torch: modules nested over ${MAX_DEPTH}`);
  const tensor = asTensor(value, 0);
  if (tensor) {
    if (found.has(prefix)) throw new FormatError('duplicate-name', `torch: "${prefix}" twice`);
    if (found.size >= 4096) throw new FormatError('too-large', 'torch: more than 4096 tensors');
    found.set(prefix, tensor);
    return;
  }
  const module = moduleState(value);
  const parts = module
    ? ['_parameters', '_buffers', '_modules'].map((part) => entriesOf(module.get(part) ?? null))
    : [entriesOf(value)];
  for (const part of parts) {
    for (const [key, inner] of part ?? []) {
      if (typeof key !== 'string') continue;
      checkName(key, 'torch');
      if (/(^|\.)_packed_params$/.test(key) || isQuantized(inner)) {
        throw new FormatError(
          'unsupported',
          `torch: "${prefix ? `${prefix}.` : ''}${key}" is of a quantized network, whose scales are not read; save the floats`,
        );
      }
      collect(inner, prefix ? `${prefix}.${key}` : key, found, depth + 1);
    }
  }
}

/** Entries of a dict or OrderedDict. */
export function entriesOf(value: PickleValue): ReadonlyMap<PickleValue, PickleValue> | null {
  if (value instanceof PickleDict) return value.entries;
  const ordered = value instanceof PickleObject && value.callee.path === 'collections.OrderedDict';
  if (!ordered) return null;
  if (value.entries.size > 0) return value.entries;
  // Python 2 pickles an OrderedDict as a call with a list of [key, value] lists.
  const [pairs] = value.args.items;
  return new Map(
    Array.isArray(pairs)
      ? pairs.map((pair) => {
          const [key, item] = asItems(pair, 'an OrderedDict item');
          return [key ?? null, item ?? null];
        })
      : [],
  );
}

export function moduleState(value: PickleValue): ReadonlyMap<PickleValue, PickleValue> | null {
  if (!(value instanceof PickleObject)) return null;
  const state = entriesOf(value.state);
  return state?.has('_modules') ? state : null;
}

/** A tensor of torch's int8, or the weights of a layer of torch.ao. */
function isQuantized(value: PickleValue): boolean {
  return value instanceof PickleObject && value.callee.path === 'torch._utils._rebuild_qtensor';
}

function asTensor(value: PickleValue, depth: number): TensorReference | null {
  if (value instanceof PicklePersistent) return { id: value.id, view: null, dtype: null };
  if (!(value instanceof PickleObject)) return null;
  return rebuilt(value.callee, value.args.items, depth);
}

function rebuilt(
  callee: PickleGlobal,
  args: readonly PickleValue[],
  depth: number,
): TensorReference | null {
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
    case 'torch.nn.parameter.Parameter':
    case 'torch.autograd.variable.Variable':
      return asTensor(args[0] ?? null, depth + 1);
    case 'copy_reg.__newobj__':
    case 'copyreg.__newobj__':
      return asTensor(args[1] ?? null, depth + 1);
    case 'torch._tensor._rebuild_from_type_v2': {
      const [inner, , innerArgs] = args;
      return inner instanceof PickleGlobal && innerArgs instanceof PickleTuple
        ? rebuilt(inner, innerArgs.items, depth + 1)
        : null;
    }
    default:
      return null;
  }
}
