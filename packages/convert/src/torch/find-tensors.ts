import { checkName } from '@alexnet/files';
import {
  asItems,
  PickleDict,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import { asTensor, type TensorReference } from './tensor-reference.js';
import { Visits } from './visits.js';

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
  collect(unwrap(root), '', { found, visits: new Visits() }, 0);
  const names = [...found.keys()];
  if (names.length > 0 && names.every((name) => name.startsWith('module.'))) {
    return new Map([...found].map(([name, tensor]) => [name.slice('module.'.length), tensor]));
  }
  return found;
}

/** The network inside a training checkpoint: one entry of it, or the one item of a tuple with tensors. */
export function unwrap(root: PickleValue, visits = new Visits(), depth = 0): PickleValue {
  if (depth > MAX_DEPTH) throw new FormatError('too-large', 'torch: a checkpoint nested too deep');
  const items = listed(root);
  if (items) {
    const networks = items.filter((item) => !asTensor(item) && holdsTensors(item, visits));
    const [only, ...others] = networks;
    if (others.length > 0) {
      throw new FormatError(
        'ambiguous',
        `torch: the file holds a list with ${networks.length} things that have tensors; save the network's state_dict alone`,
      );
    }
    return only === undefined ? root : unwrap(only, visits, depth + 1);
  }
  const key = wrapperOf(root, visits);
  if (key === undefined) return root;
  return unwrap(entriesOf(root)?.get(key) ?? null, visits, depth + 1);
}

/** Entries with tensors beside the network in a checkpoint, such as averaged weights. */
export function besideNetwork(
  root: PickleValue,
  visits = new Visits(),
  depth = 0,
): readonly string[] {
  const entries = entriesOf(root);
  const key = wrapperOf(root, visits);
  if (!entries || key === undefined || depth > MAX_DEPTH) return [];
  const others = [...entries].flatMap(([name, value]) =>
    typeof name === 'string' && name !== key && !asTensor(value) && holdsTensors(value, visits)
      ? [name]
      : [],
  );
  return [...others, ...besideNetwork(entries.get(key) ?? null, visits, depth + 1)];
}

/** The entry of a checkpoint that holds its network; settings may stand under such a name, too. */
function wrapperOf(root: PickleValue, visits: Visits): string | undefined {
  const entries = entriesOf(root);
  return WRAPPERS.find((name) => {
    const inner = entries?.get(name) ?? null;
    const isNetwork = !asTensor(inner) && (entriesOf(inner) ?? moduleState(inner)) !== null;
    return isNetwork && holdsTensors(inner, visits);
  });
}

/** Whether there are tensors with names in a value; each object in it is looked at once. */
function holdsTensors(root: PickleValue, visits: Visits): boolean {
  const seen = new Set([root]);
  // A set is walked to the end of what is added on the way.
  for (const value of seen) {
    const items = listed(value);
    for (const inner of items ?? named(value)) {
      visits.count();
      const isTensor = asTensor(inner) !== null;
      if (isTensor && !items) return true;
      const isNested = typeof inner === 'object' && inner !== null && (items || !listed(inner));
      if (!isTensor && isNested) seen.add(inner);
    }
  }
  return false;
}

function listed(value: PickleValue): readonly PickleValue[] | null {
  if (value instanceof PickleTuple) return value.items;
  return Array.isArray(value) ? value : null;
}

/** What stands under a name in a dict or in the state of a module. */
function* named(value: PickleValue): Iterable<PickleValue> {
  for (const part of partsOf(value)) {
    for (const [key, inner] of part ?? []) if (typeof key === 'string') yield inner;
  }
}

function partsOf(value: PickleValue) {
  const module = moduleState(value);
  return module
    ? ['_parameters', '_buffers', '_modules'].map((part) => entriesOf(module.get(part) ?? null))
    : [entriesOf(value)];
}

interface Collected {
  readonly found: Map<string, TensorReference>;
  readonly visits: Visits;
}

function collect(value: PickleValue, prefix: string, collected: Collected, depth: number): void {
  const { found, visits } = collected;
  if (depth > MAX_DEPTH)
    throw new FormatError('too-large', `torch: modules nested over ${MAX_DEPTH}`);
  const tensor = asTensor(value);
  if (tensor) {
    if ('rebuiltBy' in tensor) throw unread(prefix, tensor.rebuiltBy);
    if (found.has(prefix)) throw new FormatError('duplicate-name', `torch: "${prefix}" twice`);
    if (found.size >= 4096) throw new FormatError('too-large', 'torch: more than 4096 tensors');
    found.set(prefix, tensor);
    return;
  }
  const parts = partsOf(value);
  if (value instanceof PickleObject && parts.every((part) => !part) && PARAMETER.test(prefix)) {
    throw unread(prefix, value.callee.path);
  }
  for (const part of parts) {
    for (const [key, inner] of part ?? []) {
      visits.count();
      if (typeof key !== 'string') continue;
      checkName(key, 'torch');
      const name = prefix ? `${prefix}.${key}` : key;
      if (/(^|\.)_packed_params$/.test(key)) throw quantized(name);
      collect(inner, name, collected, depth + 1);
    }
  }
}

/** What every network needs, and what would be taken for left out where it is not read. */
const PARAMETER = /(^|\.)(weight|bias|running_mean|running_var)$/;

function unread(name: string, rebuiltBy: string): FormatError {
  if (rebuiltBy === 'torch._utils._rebuild_qtensor') return quantized(name);
  return new FormatError(
    'unsupported',
    `torch: "${name}" is kept as ${rebuiltBy} rebuilds it, which is not read; save a plain tensor on the CPU`,
  );
}

/** Of torch's int8, or of a layer of torch.ao. */
function quantized(name: string): FormatError {
  return new FormatError(
    'unsupported',
    `torch: "${name}" is of a quantized network, whose scales are not read; save the floats`,
  );
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

/** What `torch.compile` was given: it pickles itself as a call with the module it runs. */
export function uncompiled(value: PickleValue): PickleValue {
  const isCompiled =
    value instanceof PickleObject &&
    value.callee.path === 'torch._dynamo.eval_frame.OptimizedModule';
  return isCompiled ? (value.args.items[0] ?? null) : value;
}

export function moduleState(pickled: PickleValue): ReadonlyMap<PickleValue, PickleValue> | null {
  const value = uncompiled(pickled);
  if (!(value instanceof PickleObject)) return null;
  const state = entriesOf(value.state);
  return state?.has('_modules') ? state : null;
}
