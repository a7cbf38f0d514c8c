import { asSource, type ByteSource } from '@alexnet/files';
import { createSpec, PRESET_NAMES } from '@alexnet/model';
import { assembleModel } from '../alexnet/assemble-model.js';
import { reverseInputChannels } from '../alexnet/channel-order.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { lostMetadata, type WriteOptions } from '../alexnet/written.js';
import { FormatError, UnsaidError } from '../format-error.js';
import type { SavedModel } from '../formats/format.js';
import { assembleFound } from '../found/assemble-found.js';
import type { FoundNetwork } from '../found/found-network.js';
import { imageChannels } from '../found/image-channels.js';
import { NO_CHANGE } from '../found/input-affine.js';
import { networkOfLayers } from '../found/network-of-layers.js';
import { saidInput } from '../found/said-input.js';
import { toCanonical } from '../layout/canonical.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import type { Model } from '../model-file/model-file.js';
import { filled } from '../tensors/derived.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import type { CaffeNet } from './caffe-net.js';
import { followNet } from './follow-net.js';
import { type LayerBlobs, readHdf5Blobs } from './hdf5-blobs.js';
import { inputOf, preparation } from './images.js';
import { caffeMean, writeBinaryproto } from './mean-image.js';
import { blobOf, caffeNetwork } from './network-layers.js';
import { parseCaffeNet } from './parse-net.js';
import { parsePrototxt } from './prototxt.js';
import { formatPrototxt, serializeCaffeNet } from './serialize-net.js';

/**
 * Reads an AlexNet from a `.caffemodel` or a `.caffemodel.h5`, by the layers in the file or, where the
 * caller has it, in the net's `.prototxt`, as Caffe runs them: `bvlc_alexnet` and `bvlc_reference_caffenet` are
 * told apart although their weights have the same shapes. BGR becomes RGB.
 *
 * @throws FormatError
 */
export async function readCaffeModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const bytes = await whole(input);
  const described = options.prototxt && parsePrototxt(await whole(options.prototxt));
  if (isHdf5(bytes)) {
    const blobs = await readHdf5Blobs(bytes);
    return described ? readNet(withBlobs(described, blobs), options) : readNumbers(blobs, options);
  }
  const net = parseCaffeNet(bytes);
  if (!described) return readNet(net, options);
  const detail =
    'the layers are those of the .prototxt, with the weights of the layers of their names';
  const said: Note = { code: 'architecture', exact: true, detail };
  return readNet(withBlobs(described, blobsOf(net)), options, [said]);
}

async function readNet(
  net: CaffeNet,
  options: OpenOptions,
  said: readonly Note[] = [],
): Promise<StoredModel> {
  const { layers, front, passed } = await followNet(net);
  const found: FoundNetwork = { input: inputOf(net), layers, layout: 'channels-first' };
  const fed = fedPadded(found, options);
  const network = fed ?? found;
  const input =
    network.input ??
    saidInput(options, imageChannels(network)) ??
    networkOfLayers(network).spec.input;
  const prepared = await preparation(net, front, options, input);
  const notes: Note[] = [...said, ...prepared.notes];
  if (fed) {
    const detail =
      'Caffe cannot pad on one side: it is fed images with the zeros that conv1 adds here';
    notes.push({ code: 'architecture', exact: true, detail });
  }
  if (passed.length > 0) {
    const detail = `left out behind the last layer: ${passed.join(', ')}`;
    notes.push({ code: 'architecture', exact: true, detail });
  }
  return assembleFound(
    {
      format: 'caffe',
      network,
      front: null,
      channelOrder: input.channels === 3 ? 'bgr' : null,
      preprocessing: prepared.preprocessing,
      classNames: null,
      notes,
    },
    options,
  );
}

/** Weights whose net nobody gave, told by their shapes as a state dict's are. */
async function readNumbers(blobs: LayerBlobs, options: OpenOptions): Promise<StoredModel> {
  if (!options.preset && !options.spec) {
    throw new UnsaidError(
      'ambiguous',
      "this is Caffe's HDF5 snapshot, which holds weights without layers; give its net's .prototxt, or say which network it is",
      ['prototxt', 'preset', 'modifiers'],
    );
  }
  const tensors: StoredTensors = new Map();
  for (const [layer, [weight, bias, ...more]] of blobs) {
    if (!weight || more.length > 0) {
      throw new FormatError(
        'unsupported',
        `caffe: "${layer}" is no convolution or dense layer; give the net's .prototxt`,
      );
    }
    tensors.set(`${layer}.weight`, weight);
    tensors.set(`${layer}.bias`, bias ?? filled(weight.shape[0] ?? 0, 0));
  }
  const color = [...blobs.values()][0]?.[0]?.shape[1] === 3;
  const size = options.spec?.input ?? createSpec(options.preset).input;
  const mean =
    options.mean && (await preparation({ name: '', layers: [] }, NO_CHANGE, options, size));
  return assembleModel(
    {
      format: 'caffe',
      tensors,
      layout: 'channels-first',
      channelOrder: color ? 'bgr' : null,
      presets: null,
      preprocessing: mean ? mean.preprocessing : null,
      classNames: null,
      notes: mean ? mean.notes : [],
    },
    options,
  );
}

/** The layers of one net with the weights of another, by name, as `Net::CopyTrainedLayersFrom` does. */
function withBlobs(net: CaffeNet, blobs: LayerBlobs): CaffeNet {
  const layers = net.layers.map((layer) => ({ ...layer, blobs: blobs.get(layer.name) ?? [] }));
  return { ...net, layers };
}

function blobsOf({ layers }: CaffeNet): LayerBlobs {
  return new Map(
    layers.filter(({ blobs }) => blobs.length > 0).map((layer) => [layer.name, layer.blobs]),
  );
}

function isHdf5([first, second]: Uint8Array): boolean {
  return first === 0x89 && second === 0x48;
}

/**
 * The 2012 network, whose first padding stands on two sides only, out of a net that leaves it to whoever
 * feeds the images: where everything else is that network's; null for any other.
 */
function fedPadded(found: FoundNetwork, { spec }: OpenOptions): FoundNetwork | null {
  const [first, ...rest] = found.layers;
  if (first?.op !== 'conv' || typeof first.padding !== 'object') return null;
  if (Object.values(first.padding).some((side) => side > 0)) return null;
  for (const { input, layers } of spec ? [spec] : PRESET_NAMES.map((name) => createSpec(name))) {
    const [own] = layers;
    if (own?.op !== 'conv' || own.padding.top === own.padding.bottom) continue;
    const { top, bottom, left, right } = own.padding;
    const { height, width } = found.input ?? {
      height: input.height + top + bottom,
      width: input.width + left + right,
    };
    if (height !== input.height + top + bottom || width !== input.width + left + right) continue;
    const padded = { ...found, input, layers: [{ ...first, padding: own.padding }, ...rest] };
    if (isPreset(padded)) return padded;
  }
  return null;
}

function isPreset(network: FoundNetwork): boolean {
  try {
    return networkOfLayers(network).spec.preset !== 'custom';
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function whole(input: Uint8Array | ByteSource): Promise<Uint8Array> {
  const source = asSource(input);
  return source.read(0, source.size);
}

/** An AlexNet as the two files Caffe takes. */
export interface WrittenCaffe {
  /** `.caffemodel`, binary, V2. */
  readonly caffemodel: Uint8Array;
  /** `deploy.prototxt`, text. */
  readonly prototxt: string;
  /** Everything that was changed on the way, exact or not. */
  readonly notes: readonly Note[];
}

/**
 * Writes an AlexNet for Caffe: weights, and the net that runs them, `data` to `prob`. Color nets
 * become BGR, as every Caffe tool feeds them.
 *
 * @throws FormatError not-allowed, unsupported for what Caffe cannot compute
 */
export function writeCaffeModel(file: Model, options: WriteOptions = {}): WrittenCaffe {
  const { spec, preprocessing } = file;
  const { layers, input, notes: architecture } = caffeNetwork(spec);
  const notes: Note[] = [...architecture, ...lostMetadata(file, 'a caffemodel')];
  const layout = 'convolutions and dense layers were transposed to channels-first';
  notes.push({ code: 'layout', exact: true, detail: layout });
  const weights = new Map(file.weights);
  const name = parameterLayouts(spec)[0]?.name ?? '';
  const kernel = weights.get(name);
  if (spec.input.channels === 3 && preprocessing?.channelOrder !== 'bgr' && kernel) {
    weights.set(name, reverseInputChannels(kernel));
    notes.push({
      code: 'channel-order',
      exact: true,
      detail: 'conv1 was reversed from RGB to BGR',
    });
  }
  checkAllowed(notes, options.allow);
  const canonical = toCanonical(spec, weights);
  // As a deployed net has it, so that the file says how large its images are.
  const images = {
    name: 'data',
    type: 'Input',
    bottom: [],
    top: ['data'],
    parameters: { input_param: { shape: [1, spec.input.channels, input.height, input.width] } },
    blobs: [],
  };
  const filled = layers.map((layer) => ({
    ...layer,
    blobs: layer.blobs.map((blob) => blobOf(blob, canonical)),
  }));
  return {
    caffemodel: serializeCaffeNet(spec.preset, [images, ...filled]),
    prototxt: formatPrototxt(spec.preset, layers, { channels: spec.input.channels, ...input }),
    notes,
  };
}

/** The same as files: `deploy.prototxt`, `mean.binaryproto` where there is a mean, and the weights. */
export function saveCaffeModel(model: Model, name: string, options: WriteOptions): SavedModel {
  const { caffemodel, prototxt, notes } = writeCaffeModel(model, options);
  const mean = model.preprocessing && caffeMean(model.preprocessing);
  const files = new Map<string, Uint8Array>([
    ['deploy.prototxt', new TextEncoder().encode(prototxt)],
  ]);
  if (mean) files.set('mean.binaryproto', writeBinaryproto(mean));
  return { files: files.set(name, caffemodel), notes };
}
