import { FormatError } from '../format-error.js';
import { filled } from '../tensors/derived.js';
import type { StoredTensor, StoredTensors } from '../tensors/tensor-file.js';
import { unflattened } from './flat-names.js';
import { UNMASKED, unmasked } from './masked-weights.js';
import { torchvisionName } from './match-tensors.js';
import type { Note } from './note.js';
import { UNSAID_NAMES } from './numbers-only.js';
import type { SourceModel } from './source-model.js';

/** Tensors of one module: those that share all of their name but the last part. */
interface Module {
  readonly path: string;
  readonly kind: 'conv' | 'dense' | 'norm' | 'other';
  readonly parts: ReadonlyMap<string, StoredTensor>;
}

/** A state dict with the names of layers where it had those of its author's modules. */
export interface NamedTensors {
  readonly tensors: StoredTensors;
  readonly notes: readonly Note[];
  /** Why the names do not say which modules without weights stand between the layers; null where they do. */
  readonly unsaid: string | null;
  /** A sentence on a layer that stands where no preset has it. */
  readonly unlike: string | null;
}

/** Beside a network in a checkpoint of training, and no part of what it computes. */
const TRAINING =
  /^(criterion|loss(es|_fn|_func|_function)?|(pos|class)_weights?|metrics?|(train|val|valid|test)_\w+|ema_\w+)\b/;

/**
 * Knows the layers of a state dict by what its modules hold: a weight of four axes is a
 * convolution's, one of two a dense layer's, running statistics are batch norm's. They are called
 * `conv1` … `fc8`, `norm1` … in the order of the layers, convolutions before dense layers, whatever
 * the modules are called and whatever index they have in a Sequential. Biases left out are zeros.
 *
 * @param sorted whether the order of the file is that of the alphabet and says nothing
 * @param layout where a weight's outputs are, as `SourceModel.layout`
 * @throws FormatError unknown-network where a batch norm belongs to no layer
 */
export function nameLayersOf(
  tensors: StoredTensors,
  sorted: boolean,
  layout: SourceModel['layout'] = 'channels-first',
): NamedTensors {
  const whole = unmasked(tensors);
  if (whole) {
    const named = nameLayersOf(whole, sorted, layout);
    return { ...named, notes: [UNMASKED, ...named.notes] };
  }
  const dotted = unflattened(tensors);
  if (dotted) {
    // Where a dict was flattened, its order is no more than that of the names.
    const named = nameLayersOf(dotted, true, layout);
    const detail =
      'names of a flat dict became those of modules, "features_0_weight" as "features.0.weight"';
    return { ...named, notes: [{ code: 'names', exact: true, detail }, ...named.notes] };
  }
  const outputs = ({ parts }: Module) => {
    const { shape = [] } = parts.get('weight') ?? {};
    return layout === 'channels-first' ? shape[0] : shape.at(-1);
  };
  const modules = modulesOf(tensors);
  refuseCopies([...tensors.keys()]);
  const order = (kind: Module['kind']) => {
    const found = modules.filter((module) => module.kind === kind);
    return sorted ? found.sort((a, b) => naturally(a.path, b.path)) : found;
  };
  const layers = [...order('conv'), ...order('dense')];
  const prefix = commonPrefix(layers.map(({ path }) => path));
  const notes: Note[] = [];
  const note = (code: Note['code'], exact: boolean, detail: string) =>
    notes.push({ code, exact, detail });

  const left: StoredTensors = new Map();
  for (const { path, kind, parts } of modules) {
    if (kind !== 'other') continue;
    const outside = prefix !== '' && !path.startsWith(prefix);
    for (const [part, tensor] of parts) {
      const name = path === '' ? part : `${path}.${part}`;
      if (TRAINING.test(name) || (outside && !isNumberOfWrapper(tensor))) {
        note('dropped-tensor', true, `"${name}" is no part of the network and was left out`);
      } else left.set(name, tensor);
    }
  }
  const bare = new Map<string, StoredTensor>();
  for (const { path, parts } of layers) {
    for (const [part, tensor] of parts) bare.set(`${path.slice(prefix.length)}.${part}`, tensor);
  }
  const norms = order('norm');
  if (norms.length === 0 && isNamed(bare)) {
    if (prefix !== '') note('names', true, `"${prefix}" was taken off the names`);
    const unsaid = bare.has('conv1.weight') ? UNSAID_NAMES : null;
    return { tensors: new Map([...bare, ...left]), notes, unsaid, unlike: null };
  }

  const named: StoredTensors = new Map();
  const widths = layers.map(outputs);
  const owners = norms.map((norm, index) =>
    ownerOf(norm, index, { layers, widths, modules, count: norms.length }),
  );
  layers.forEach(({ path, kind, parts }, index) => {
    // No network here has a ninth: that one is refused by the file's own name.
    const name = index < 8 ? `${kind === 'conv' ? 'conv' : 'fc'}${index + 1}` : path;
    const weight = parts.get('weight');
    if (!weight) return;
    named.set(`${name}.weight`, weight);
    named.set(`${name}.bias`, parts.get('bias') ?? filled(widths[index] ?? 0, 0));
    const norm = norms[owners.indexOf(index)];
    if (!norm) return;
    const channels = norm.parts.get('running_var')?.shape[0] ?? 0;
    named.set(`norm${index + 1}.weight`, norm.parts.get('weight') ?? filled(channels, 1));
    named.set(`norm${index + 1}.bias`, norm.parts.get('bias') ?? filled(channels, 0));
    for (const part of ['running_mean', 'running_var']) {
      const statistic = norm.parts.get(part);
      if (statistic) named.set(`norm${index + 1}.${part}`, statistic);
    }
  });
  const plain = layers.filter(({ parts }) => !parts.has('bias'));
  if (plain.length > 0) {
    note('names', true, `${plain.length} layers have no bias; zeros stand in for them`);
  }
  note('names', true, 'modules became layers by what they hold, in the order of the file');
  if (norms.some((norm, index) => !isCounted(norm, layers[owners[index] ?? -1]))) {
    const detail = 'each batch norm is taken to stand between its convolution and the activation';
    note('architecture', true, detail);
  }
  const unsaid = unsaidModules(layers, norms);
  return {
    tensors: new Map([...named, ...left]),
    notes,
    unsaid,
    unlike: misplaced(layers, norms, owners),
  };
}

/**
 * One number, or one for each color: a mean and a deviation that come off the pixels, or a temperature
 * of the logits, which a module around a network uses in a `forward` that no state dict holds.
 */
function isNumberOfWrapper({ shape }: StoredTensor): boolean {
  const elements = shape.reduce((product, side) => product * side, 1);
  return elements === 1 || elements === 3;
}

/** Fewest tensors an AlexNet has, a bias nowhere. */
const FEWEST = 8;

/**
 * Two networks in one file, one beside the other or one under a name of its own, as a student and its
 * teacher are, or averaged weights.
 *
 * @throws FormatError ambiguous
 */
function refuseCopies(names: readonly string[]): void {
  const under = new Map<string, string[]>([['', []]]);
  for (const name of names) {
    const dot = name.indexOf('.');
    const first = name.slice(0, Math.max(dot, 0));
    under.set(first, [...(under.get(first) ?? []), name.slice(dot + 1)]);
  }
  const all = new Set(names);
  const seen = new Map<string, string>();
  for (const [prefix, own] of under) {
    if (prefix === '' || own.length < FEWEST) continue;
    const key = [...own].sort().join();
    const other = own.every((name) => all.has(name)) ? 'the rest' : seen.get(key);
    if (other !== undefined) {
      throw new FormatError(
        'ambiguous',
        `the file holds the same network twice, "${prefix}" and ${other}; save the one that is meant alone`,
      );
    }
    seen.set(key, `"${prefix}"`);
  }
}

/** Modules without weights between two convolutions of an AlexNet: an activation, and a pool after the first two. */
const BETWEEN = [2, 2, 1, 1];

/** Where a module stands in its Sequential; null for a name that is no number. */
function place({ path }: Module): { readonly stem: string; readonly number: number } | null {
  const [, stem, number] = /^(.*?)(\d+)$/.exec(path) ?? [];
  return stem === undefined ? null : { stem, number: Number(number) };
}

/** Whether numbers of one Sequential say where a norm stands behind its layer. */
function isCounted(norm: Module, owner: Module | undefined): boolean {
  const [at, from] = [place(norm), owner ? place(owner) : null];
  return at !== null && at.stem === from?.stem && /(^|\.)$/.test(at.stem);
}

/** A batch norm of a preset comes right behind its convolution, before the activation. */
function misplaced(
  layers: readonly Module[],
  norms: readonly Module[],
  owners: readonly number[],
): string | null {
  for (const [index, norm] of norms.entries()) {
    const owner = layers[owners[index] ?? -1];
    const [at, from] = [place(norm), owner ? place(owner) : null];
    if (!owner || !at || !from || at.stem !== from.stem || at.number === from.number + 1) continue;
    return `the batch norm "${norm.path}" does not come right behind "${owner.path}"`;
  }
  return null;
}

/**
 * A norm, say, has no weights, but the numbers of a Sequential's modules count it. Other names do not
 * say what stands between the layers.
 */
function unsaidModules(layers: readonly Module[], norms: readonly Module[]): string | null {
  const convs = layers.filter(({ kind }) => kind === 'conv').map(place);
  for (const [index, usual] of BETWEEN.entries()) {
    const [from, to] = [convs[index], convs[index + 1]];
    if (!from || from.stem !== to?.stem || !/(^|\.)$/.test(from.stem)) return UNSAID_NAMES;
    const own = norms.map(place).filter((norm) => norm?.stem === from.stem);
    const known = own.filter(
      (norm) => norm && norm.number > from.number && norm.number < to.number,
    );
    const count = to.number - from.number - 1 - known.length;
    if (count !== usual) {
      const modules = count === 1 ? 'module' : 'modules';
      return `between conv${index + 1} and conv${index + 2} it counts ${count} ${modules} without weights, where torchvision's has ${usual}`;
    }
  }
  return null;
}

function modulesOf(tensors: StoredTensors): readonly Module[] {
  const groups = new Map<string, Map<string, StoredTensor>>();
  for (const [name, tensor] of tensors) {
    const dot = name.lastIndexOf('.');
    const path = name.slice(0, Math.max(0, dot));
    const parts = groups.get(path) ?? new Map<string, StoredTensor>();
    groups.set(path, parts.set(name.slice(dot + 1), tensor));
  }
  return [...groups].map(([path, parts]) => ({ path, kind: kindOf(parts), parts }));
}

const KNOWN = ['weight', 'bias', 'running_mean', 'running_var'];

function kindOf(parts: ReadonlyMap<string, StoredTensor>): Module['kind'] {
  if ([...parts.keys()].some((part) => !KNOWN.includes(part))) return 'other';
  if (parts.has('running_mean') && parts.has('running_var')) return 'norm';
  const rank = parts.get('weight')?.shape.length;
  return rank === 4 ? 'conv' : rank === 2 ? 'dense' : 'other';
}

/** Names that are ours or torchvision's already. */
function isNamed(tensors: ReadonlyMap<string, StoredTensor>): boolean {
  const names = [...tensors.keys()];
  const ours = names.every((name) => /^(conv[1-5]|fc[678])\.(weight|bias)$/.test(name));
  const layers = [1, 2, 3, 4, 5].map((n) => `conv${n}`).concat(['fc6', 'fc7', 'fc8']);
  const theirs = layers.flatMap((layer) =>
    ['weight', 'bias'].map((part) => torchvisionName(`${layer}.${part}`)),
  );
  return (
    ours || (names.length === theirs.length && theirs.every((name) => name && tensors.has(name)))
  );
}

/**
 * The layer a batch norm follows: the one before it in the same Sequential or in the file, or the
 * one of its own number where there are as many norms as convolutions.
 */
function ownerOf(
  norm: Module,
  index: number,
  {
    layers,
    widths,
    modules,
    count,
  }: {
    readonly layers: readonly Module[];
    readonly widths: readonly (number | undefined)[];
    readonly modules: readonly Module[];
    readonly count: number;
  },
): number {
  const channels = norm.parts.get('running_var')?.shape[0];
  const fits = (at: number) => widths[at] === channels;
  const [, stem, position] = /^(.*?)(\d+)$/.exec(norm.path) ?? [];
  const before = layers.flatMap(({ path }, at) => {
    const [, other, place] = /^(.*?)(\d+)$/.exec(path) ?? [];
    const earlier = stem !== undefined && other === stem && Number(place) < Number(position);
    return earlier ? [{ at, place: Number(place) }] : [];
  });
  const nearest = before.sort((a, b) => b.place - a.place)[0]?.at;
  if (nearest !== undefined && fits(nearest)) return nearest;
  const convs = layers.filter(({ kind }) => kind === 'conv').length;
  if (count === convs && fits(index)) return index;
  const place = modules.indexOf(norm);
  const previous = modules
    .slice(0, place)
    .filter(({ kind }) => kind === 'conv' || kind === 'dense')
    .at(-1);
  const inFile = previous ? layers.indexOf(previous) : -1;
  if (inFile >= 0 && fits(inFile)) return inFile;
  throw new FormatError(
    'unknown-network',
    `the batch norm "${norm.path}" belongs to no layer of an AlexNet; give the network's spec`,
  );
}

/** `model.` of `model.features.0` and `model.classifier.1`; whole parts only. */
function commonPrefix(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  const parts = first.split('.');
  let length = parts.length - 1;
  for (const path of others) {
    const own = path.split('.');
    while (length > 0 && own.slice(0, length).join('.') !== parts.slice(0, length).join('.'))
      length--;
  }
  // The name of a Sequential that holds every layer is no prefix to take off: its numbers would be bare.
  return length > 0 && others.length > 0 ? `${parts.slice(0, length).join('.')}.` : '';
}

/** `features.10` after `features.3`. */
function naturally(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
