import { asSource, type ByteSource } from '@alexnet/files';
import type { PresetName } from '@alexnet/model';
import { type AssembleOptions, assembleModel, type Converted } from '../alexnet/assemble-model.js';
import { reverseInputChannels } from '../alexnet/channel-order.js';
import { PRESETS } from '../alexnet/detect-spec.js';
import { checkAllowed, type Note } from '../alexnet/note.js';
import type { WriteOptions } from '../alexnet/written.js';
import { FormatError } from '../format-error.js';
import { toCanonical } from '../layout/canonical.js';
import { parameterLayouts } from '../layout/parameter-layouts.js';
import type { Model } from '../model-file/model-file.js';
import type { CaffeNet } from './caffe-net.js';
import { collectTensors } from './collect-tensors.js';
import { caffePreprocessing, type MeanImage } from './mean-image.js';
import { blobOf, caffeNetwork } from './network-layers.js';
import { parseCaffeNet } from './parse-net.js';
import { formatPrototxt, serializeCaffeNet } from './serialize-net.js';
import { signature } from './signature.js';

/** What reading a `.caffemodel` needs beside it. */
export interface ReadCaffeOptions extends AssembleOptions {
  /** The mean image that belongs to the weights, from `readBinaryproto`. */
  readonly mean?: MeanImage;
}

/**
 * Reads an AlexNet from a `.caffemodel`. The layers in the file say which network it is: their
 * kinds, order and constants must be those of a preset, so `bvlc_alexnet` and `bvlc_reference_caffenet`
 * are told apart although their weights have the same shapes. BGR becomes RGB.
 *
 * @throws FormatError
 */
export async function readCaffeModel(
  input: Uint8Array | ByteSource,
  options: ReadCaffeOptions,
): Promise<Converted> {
  const source = asSource(input);
  const net = parseCaffeNet(await source.read(0, source.size));
  const { createSpec, mean, preset, spec } = options;
  const matching = matchingPresets(net, options);
  const presets = preset ? [preset] : matching;
  if (presets.length === 0 && !spec) {
    throw new FormatError(
      'unknown-network',
      "the layers in the file are not those of any preset; give the network's spec",
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

function matchingPresets(net: CaffeNet, { createSpec }: AssembleOptions): PresetName[] {
  const found = signature(net.layers);
  const norm = net.layers.some(({ type }) => type === 'BatchNorm') ? 'batch' : undefined;
  return PRESETS.filter((preset) => {
    const spec = createSpec(preset, norm ? { norm } : {});
    return signature(caffeNetwork(spec).layers) === found;
  });
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
  const notes: Note[] = [...architecture];
  const lost = (['preprocessing', 'classNames', 'provenance'] as const).filter(
    (part) => file[part] !== null,
  );
  if (lost.length > 0) {
    const detail = `a caffemodel cannot hold ${lost.join(', ')}`;
    notes.push({ code: 'metadata', exact: false, detail });
  }
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
