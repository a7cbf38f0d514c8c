import { asSource, type ByteSource } from '@alexnet/files';
import { createSpec, PRESET_NAMES, type PresetName } from '@alexnet/model';
import { assembleModel, type OpenOptions, type StoredModel } from '../alexnet/assemble-model.js';
import { reverseInputChannels } from '../alexnet/channel-order.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import { lostMetadata, type WriteOptions } from '../alexnet/written.js';
import type { SavedModel } from '../formats/format.js';
import { assembleFound } from '../found/assemble-found.js';
import type { FoundNetwork } from '../found/found-network.js';
import { networkOfLayers } from '../found/network-of-layers.js';
import { toCanonical } from '../layout/canonical.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import type { Model } from '../model-file/model-file.js';
import type { CaffeNet } from './caffe-net.js';
import { collectTensors } from './collect-tensors.js';
import { followNet } from './follow-net.js';
import { caffeMean, caffePreprocessing, readBinaryproto, writeBinaryproto } from './mean-image.js';
import { blobOf, caffeNetwork } from './network-layers.js';
import { parseCaffeNet } from './parse-net.js';
import { formatPrototxt, serializeCaffeNet } from './serialize-net.js';
import { signature } from './signature.js';

/**
 * Reads an AlexNet from a `.caffemodel`. The layers in the file say which network it is: their
 * kinds, order and constants must be those of a preset, so `bvlc_alexnet` and `bvlc_reference_caffenet`
 * are told apart although their weights have the same shapes. BGR becomes RGB.
 *
 * @throws FormatError
 */
export async function readCaffeModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const source = asSource(input);
  const net = parseCaffeNet(await source.read(0, source.size));
  const { preset, spec } = options;
  const mean = options.mean && (await readBinaryproto(await whole(options.mean)));
  const network = followNet(net);
  const matching = matchingPresets(net).filter((name) => isOfSize(name, network));
  const presets = preset ? [preset] : matching;
  if (presets.length === 0 && !spec) {
    const size = network.input ?? networkOfLayers(network).spec.input;
    const prepared = mean && caffePreprocessing(mean, size);
    return assembleFound(
      {
        format: 'caffe',
        network,
        front: null,
        channelOrder: size.channels === 3 ? 'bgr' : null,
        preprocessing: prepared?.preprocessing ?? null,
        classNames: null,
        notes: prepared?.notes ?? [],
      },
      options,
    );
  }
  const first = spec ?? createSpec(presets[0]);
  const known = mean && caffePreprocessing(mean, first.input);
  const notes: Note[] = [...(known?.notes ?? [])];
  const agrees = signature(caffeNetwork(first).layers) === signature(net.layers);
  if (!agrees && !matching.includes(first.preset as PresetName)) {
    const detail = `the layers in the file compute something else than ${first.preset}`;
    notes.push({ code: 'architecture', exact: false, detail });
  }
  return assembleModel(
    {
      format: 'caffe',
      tensors: collectTensors(net),
      layout: 'channels-first',
      channelOrder: first.input.channels === 3 ? 'bgr' : null,
      presets,
      preprocessing: known?.preprocessing ?? null,
      classNames: null,
      notes,
    },
    options,
  );
}

function matchingPresets(net: CaffeNet): PresetName[] {
  const found = signature(net.layers);
  const norm = net.layers.some(({ type }) => type === 'BatchNorm') ? 'batch' : undefined;
  return PRESET_NAMES.filter((preset) => {
    const spec = createSpec(preset, norm ? { norm } : {});
    return signature(caffeNetwork(spec).layers) === found;
  });
}

/** Whether a net is trained on images of its preset's size, or does not say on which. */
function isOfSize(preset: PresetName, { input }: FoundNetwork): boolean {
  const own = createSpec(preset).input;
  return !input || (input.height === own.height && input.width === own.width);
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
  const filled = layers.map((layer) => ({
    ...layer,
    blobs: layer.blobs.map((blob) => blobOf(blob, canonical)),
  }));
  return {
    caffemodel: serializeCaffeNet(spec.preset, filled),
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
