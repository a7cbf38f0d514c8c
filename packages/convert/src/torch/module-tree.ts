import { PickleGlobal, PickleObject, type PickleValue } from '@alexnet/files/pickle';
import { FormatError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { entriesOf, moduleState, uncompiled, unwrap } from './find-tensors.js';
import { Visits } from './visits.js';

/** What is in a file of torch. */
export interface TorchFile {
  readonly tensors: StoredTensors;
  /** The network where it was pickled whole, null for a state dict. */
  readonly module: TorchModule | null;
  /** Entries with tensors that stand beside the network in a checkpoint. */
  readonly beside: readonly string[];
}

/** A module of a pickled network: its class, what it was made with, and the modules in it. */
export interface TorchModule {
  /** Path from the root, `features.0`; empty for the root. */
  readonly path: string;
  /** `torch.nn.modules.conv.Conv2d`. */
  readonly className: string;
  /** Attributes of the instance: `kernel_size`, `stride`, …; those of every module begin with `_`. */
  readonly options: ReadonlyMap<string, PickleValue>;
  readonly children: readonly TorchModule[];
}

const MAX_DEPTH = 32;

/** Containers of tensors that no `forward` runs. */
export const PARAMETERS = /^torch\.nn\.modules\.container\.Parameter(Dict|List)$/;

/** The module that was pickled whole, null where the file holds tensors only. */
export function moduleTree(root: PickleValue): TorchModule | null {
  const value = unwrap(root);
  const visits = new Visits();
  const module = moduleState(value) ? asModule(value, '', visits, 0) : null;
  if (module && PARAMETERS.test(module.className)) return null;
  const parallel = module?.className.startsWith('torch.nn.parallel.');
  const inner = parallel ? moduleState(value)?.get('_modules') : undefined;
  const [only] = entriesOf(inner ?? null)?.values() ?? [];
  // The names of its tensors lose the prefix "module.", too.
  return only === undefined ? module : asModule(only, '', visits, 0);
}

function asModule(
  pickled: PickleValue,
  path: string,
  visits: Visits,
  depth: number,
): TorchModule | null {
  visits.count();
  if (depth > MAX_DEPTH) throw new FormatError('too-large', 'torch: modules nested too deep');
  const value = uncompiled(pickled);
  const state = moduleState(value);
  if (!state || !(value instanceof PickleObject)) return null;
  const options = new Map<string, PickleValue>();
  for (const [key, option] of state) {
    if (typeof key === 'string') options.set(key, option);
  }
  const children = [...(entriesOf(state.get('_modules') ?? null) ?? [])].flatMap(([key, child]) => {
    const own = path === '' ? String(key) : `${path}.${String(key)}`;
    const module = asModule(child, own, visits, depth + 1);
    return module ? [module] : [];
  });
  return { path, className: classOf(value), options, children };
}

/** An instance is rebuilt by a function that is given its class. */
export function classOf({ callee, args }: PickleObject): string {
  const rebuilt = [
    'copyreg.__newobj__',
    'copy_reg.__newobj__',
    'copy_reg._reconstructor',
    'copyreg._reconstructor',
  ];
  const [first] = args.items;
  return rebuilt.includes(callee.path) && first instanceof PickleGlobal ? first.path : callee.path;
}
