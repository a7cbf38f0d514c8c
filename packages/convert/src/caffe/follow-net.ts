import { FormatError } from '../format-error.js';
import type { FoundLayer } from '../found/found-network.js';
import { type InputAffine, NO_CHANGE, thenAffine } from '../found/input-affine.js';
import type { CaffeLayer, CaffeNet } from './caffe-net.js';
import { joinTowers } from './join-towers.js';
import { optionsOf, refusal } from './layer-options.js';
import type { Link, Path } from './path.js';
import { LAYER_TYPES, powerOf, readLayer, withScale } from './read-layer.js';
import { wiredLayers } from './wire-net.js';

/** What a net computes. */
export interface FollowedNet {
  readonly layers: readonly FoundLayer[];
  /** What Power layers do to the images before the first of them. */
  readonly front: InputAffine;
  /** Types and names of layers behind the last one that nobody knows. */
  readonly passed: readonly string[];
}

/** A blob: the way to it, and what it was made of. */
interface Blob {
  readonly path: Path;
  /** Not a result: a loss, a measure, or a layer of a type nobody knows. */
  readonly sink?: Blob;
  used: boolean;
}

/** What stands at the end of a net and gives no scores of its own. */
const OUTPUTS = /^(Softmax|Accuracy|ArgMax|Silence|HDF5Output)$|Loss$/;
/** Layers without weights that change numbers; caffe.proto of BVLC/caffe 9b89154. */
const COMPUTES =
  /^(AbsVal|BNLL|Bias|Clip|Crop|ELU|Eltwise|Exp|Filter|Im2col|Log|MVN|Reduction|SPP|Scale|Swish|Threshold|Tile)$/;

/**
 * Follows a net from its images to its one output, by the names of its blobs. Layers without weights that
 * nothing computed depends on, such as data, losses and outputs of any type, are passed over.
 *
 * @throws FormatError unsupported, naming the layer, for what no network here has
 */
export async function followNet(net: CaffeNet): Promise<FollowedNet> {
  const blobs = new Map<string, Blob>();
  const all: Blob[] = [];
  const passed: string[] = [];
  const give = (name: string, blob: Blob) => {
    blobs.set(name, blob);
    all.push(blob);
  };
  for (const layer of wiredLayers(net)) {
    const { type, bottom, top } = layer;
    const inputs = bottom.map((name) => blobs.get(name) ?? { path: [], used: true });
    const [input] = inputs;
    if (!input) {
      const path: Path = layer.blobs.length > 0 ? [unknown(layer)] : [];
      for (const name of top) give(name, { path, used: path.length === 0 });
    } else if (type === 'Split') {
      for (const name of top) blobs.set(name, input);
    } else if (type === 'Slice') {
      use(input);
      sliced(layer, input.path).forEach((path, index) => {
        give(top[index] ?? '', { path, used: true });
      });
    } else if (isOutput(layer)) {
      if (!OUTPUTS.test(type) && isWeighted(input)) passed.push(`${type} "${layer.name}"`);
      const path: Path = [...input.path, unknown(layer)];
      for (const name of top) give(name, { path, sink: input, used: true });
    } else {
      const path = await pathThrough(layer, inputs);
      inputs.forEach(use);
      give(top[0] ?? '', { path, used: false });
    }
  }
  const [end, ...others] = all.filter((blob) => !blob.used && isWeighted(blob));
  if (!end) throw new FormatError('unknown-network', 'caffe: no layer with weights in the net');
  if (others.length > 0) {
    const names = [end, ...others].map(({ path }) => `"${path.at(-1)?.layer.name}"`);
    throw new FormatError(
      'unsupported',
      `caffe: the net has the outputs ${names.join(', ')}; one is read`,
    );
  }
  return { ...split(end.path), passed };
}

function use(blob: Blob): void {
  blob.used = true;
  if (blob.sink) use(blob.sink);
}

function isWeighted({ path }: Blob): boolean {
  return path.some(({ layer }) => layer.blobs.length > 0);
}

function isOutput({ type, blobs }: CaffeLayer): boolean {
  if (OUTPUTS.test(type)) return true;
  return (
    blobs.length === 0 && !COMPUTES.test(type) && type !== 'Concat' && !LAYER_TYPES.includes(type)
  );
}

/** The way to what a layer gives. */
async function pathThrough(layer: CaffeLayer, inputs: readonly Blob[]): Promise<Path> {
  const { type } = layer;
  const [{ path }] = inputs as [Blob];
  if (type === 'Concat') {
    const options = optionsOf(layer, 'concat_param');
    const axis = options.number('axis', options.number('concat_dim', 1));
    options.finish();
    if (axis !== 1) throw refusal(layer, `has axis ${axis}`);
    return joinTowers(
      layer,
      inputs.map((input) => input.path),
    );
  }
  if (inputs.length > 1) return [...path, unknown(layer)];
  if (type === 'Power' && path.every(({ kind }) => kind === 'affine')) {
    const { scale, shift } = powerOf(layer);
    return [...path, { kind: 'affine', layer, affine: { scale: [scale], shift: [shift] } }];
  }
  if (type === 'Scale') {
    const last = path.at(-1);
    const found = withScale(last?.kind === 'layer' ? last.found : undefined, layer);
    return found
      ? [...path.slice(0, -1), { kind: 'layer', layer, found }]
      : [...path, unknown(layer)];
  }
  const found = await readLayer(layer);
  return [...path, found ? { kind: 'layer', layer, found } : unknown(layer)];
}

function unknown(layer: CaffeLayer): Link {
  const detail = `caffe: a layer of type ${layer.type} ("${layer.name}")`;
  return { kind: 'layer', layer, found: { op: 'unknown', detail } };
}

/** The ways to the parts of a Slice, which have to be of one size. */
function sliced(layer: CaffeLayer, path: Path): readonly Path[] {
  const options = optionsOf(layer, 'slice_param');
  const axis = options.number('axis', options.number('slice_dim', 1));
  const points = options.numbers('slice_point');
  options.finish();
  // Labels are cut too, along whatever axis.
  if (!path.some((link) => link.layer.blobs.length > 0)) return layer.top.map(() => path);
  const parts = layer.top.length;
  const conv = path.flatMap((link) =>
    link.kind === 'layer' && link.found.op === 'conv' ? link.found : [],
  );
  const channels = conv.at(-1)?.filters ?? 0;
  const even = points.every((point, index) => point * parts === channels * (index + 1));
  if (axis !== 1 || !even || (points.length > 0 && points.length !== parts - 1)) {
    throw refusal(
      layer,
      `cuts axis ${axis} at ${points.join(', ')}; equal parts of the channels are read`,
    );
  }
  return layer.top.map((_, part) => [...path, { kind: 'part', layer, part, of: parts }]);
}

/** The layers of a whole way, and what comes off the images before. */
function split(path: Path): Pick<FollowedNet, 'layers' | 'front'> {
  const layers: FoundLayer[] = [];
  let front = NO_CHANGE;
  for (const link of path) {
    if (link.kind === 'part') throw refusal(link.layer, 'cuts channels that no Concat joins again');
    if (link.kind === 'affine') {
      front = thenAffine(front, link.affine);
      continue;
    }
    const { found } = link;
    // A dense layer takes maps as they lie in memory.
    const flat = layers.some(({ op }) => op === 'dense' || op === 'flatten');
    if (found.op === 'dense' && !flat) layers.push({ op: 'flatten', order: 'chw' });
    layers.push(found);
  }
  return { layers, front };
}
