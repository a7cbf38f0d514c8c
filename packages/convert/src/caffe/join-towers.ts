import type { FoundLayer, FoundTensor, FoundTensors } from '../found/found-network.js';
import { joined } from '../tensors/derived.js';
import type { CaffeLayer } from './caffe-net.js';
import { refusal } from './layer-options.js';
import type { Link, Path } from './path.js';

/**
 * Towers side by side, from where they part to the Concat that joins them, as one way with grouped
 * layers: the same layers in each tower, on parts a Slice cut or on what convolutions of their own gave.
 *
 * @throws FormatError unsupported, naming the Concat, for branches that are no towers
 */
export function joinTowers(concat: CaffeLayer, paths: readonly Path[]): Path {
  const [first = []] = paths;
  if (paths.length < 2) return first;
  const shared = first.findIndex((link, at) => paths.some((path) => path[at] !== link));
  const common = shared < 0 ? first.length : shared;
  const towers = paths.map((path) => path.slice(common));
  const length = towers[0]?.length ?? 0;
  if (length === 0 || towers.some((tower) => tower.length !== length)) throw branches(concat);
  const way: Link[] = [...first.slice(0, common)];
  /** Whether each tower sees only its own channels. */
  let apart = false;
  for (let at = 0; at < length; at++) {
    const links = towers.flatMap((tower) => tower[at] ?? []);
    if (links.every((link) => link.kind === 'part')) {
      const whole = links.every(({ of, part, layer }, tower) => {
        return of === links.length && part === tower && layer === links[0]?.layer;
      });
      if (!whole || apart) throw branches(concat);
      apart = true;
      continue;
    }
    const layers = links.flatMap((link) => (link.kind === 'layer' ? link : []));
    const found = layers.length === links.length && merged(layers, apart);
    const [link] = layers;
    if (!found || !link) throw branches(concat);
    way.push({ ...link, found });
    apart = true;
  }
  return way;
}

function branches(concat: CaffeLayer): Error {
  return refusal(
    concat,
    `joins ${concat.bottom.join(' and ')}, which are no towers of equal layers`,
  );
}

/** One layer for the same layer of each tower; null where they differ. */
function merged(
  links: readonly { readonly found: FoundLayer }[],
  apart: boolean,
): FoundLayer | null {
  const [first, ...others] = links.map(({ found }) => found);
  if (!first) return null;
  const key = (layer: FoundLayer) =>
    JSON.stringify(layer, (name, value) => (name === 'tensors' ? undefined : value));
  const all = [first, ...others] as const;
  if (others.some((other) => key(other) !== key(first))) return null;
  if (!('tensors' in first)) {
    // The same thing done twice to the same maps would be no tower.
    if (!apart || first.op === 'flatten' || first.op === 'globalpool' || first.op === 'unknown') {
      return null;
    }
    return first.op === 'lrn' ? { ...first, groups: first.groups * all.length } : first;
  }
  const tensors = joinedParts(all.flatMap((layer) => ('tensors' in layer ? layer.tensors : [])));
  if (!tensors) return null;
  if (first.op === 'batchnorm') return apart ? { ...first, tensors } : null;
  if (first.op === 'dense')
    return apart ? null : { ...first, units: first.units * all.length, tensors };
  // On the same maps more filters, each on its own maps a group.
  if (!apart && first.groups !== 1) return null;
  const groups = apart ? first.groups * all.length : 1;
  return { ...first, filters: first.filters * all.length, groups, tensors };
}

type Parts = Readonly<Record<string, FoundTensor | undefined>>;

/** Tensors of the same part, one after the other; null where parts or their shapes differ. */
function joinedParts(towers: readonly Parts[]): FoundTensors | null {
  const shapes = (parts: Parts) =>
    Object.entries(parts).map(([part, tensor]) => `${part} ${tensor?.shape}`);
  const [first = {}, ...others] = towers;
  if (others.some((parts) => shapes(parts).join() !== shapes(first).join())) return null;
  return Object.fromEntries(
    Object.keys(first).flatMap((part) => {
      const [tensor, ...rest] = towers.flatMap((tower) => tower[part] ?? []);
      return tensor ? [[part, joined([tensor, ...rest])]] : [];
    }),
  );
}
