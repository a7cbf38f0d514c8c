import type { ByteSource } from '@alexnet/files';
import { assembleModel } from '../alexnet/assemble-model.js';
import type { ChannelOrder } from '../alexnet/channel-order.js';
import { DATA_FORMAT } from '../alexnet/flattened-pairs.js';
import { layoutByShape, parameterName } from '../alexnet/foreign-names.js';
import { checkAllowed } from '../alexnet/note.js';
import { numbersOnly } from '../alexnet/numbers-only.js';
import type { OpenOptions } from '../alexnet/open-options.js';
import type { StoredModel } from '../alexnet/stored-model.js';
import { namedNorms } from '../alexnet/unsaid-norms.js';
import { lostMetadata, type WriteOptions, type Written } from '../alexnet/written.js';
import { UnsaidError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { readNumpy } from './read-numpy.js';
import { writeNpz } from './write-npz.js';

/**
 * Reads an AlexNet from an .npz archive or a pickled .npy such as `bvlc_alexnet.npy`. The axis
 * order is told by the shape of the first convolution. The pickled files come from Caffe, by
 * caffe-tensorflow: they are BGR and flattened as height, width, channels; an archive says neither.
 *
 * @throws FormatError
 */
export async function readNumpyModel(
  input: Uint8Array | ByteSource,
  options: OpenOptions,
): Promise<StoredModel> {
  const { tensors: found, container } = await readNumpy(input);
  const tensors: StoredTensors = new Map(
    [...found].map(([name, tensor]) => [parameterName(name), tensor]),
  );
  const pickled = container === 'pickled';
  const numbers = numbersOnly(layoutByShape(tensors));
  const named = namedNorms(tensors, options, numbers.layout);
  // Which network a pickled dict holds is asked first: that says whether it came out of Caffe.
  const ofCaffe = pickled && (isOfCaffe(options) || !(options.preset || options.spec));
  const flattenUnsaid = numbers.flattenUnsaid === true && !ofCaffe;
  return assembleModel(
    {
      format: pickled ? 'npy' : 'npz',
      tensors: named?.tensors ?? tensors,
      ...numbers,
      flattenUnsaid,
      channelOrder: pickled ? pickledOrder(options, flattenUnsaid) : null,
      preprocessing: null,
      classNames: null,
      notes: named?.notes ?? [],
    },
    options,
  );
}

/**
 * A pickled dict says nothing about color: those of Caffe's two networks came out of Caffe, which
 * feeds BGR; for any other network the caller has to say it.
 */
function pickledOrder(options: OpenOptions, flattenUnsaid: boolean): ChannelOrder | null {
  const { preset, spec, channelOrder, preprocessing, dataFormat } = options;
  const both = flattenUnsaid && dataFormat === undefined;
  if (channelOrder) return channelOrder;
  if (!preset && !spec) return null; // which network it is will be asked first
  if (isOfCaffe(options)) return 'bgr';
  if (preprocessing) return preprocessing.channelOrder;
  throw new UnsaidError(
    'ambiguous',
    `a pickled dict does not say in which order conv1 takes the colors; say the channel order: bgr for what was converted from Caffe, rgb for the rest${both ? `; and ${DATA_FORMAT}` : ''}`,
    ['channelOrder', ...(both ? (['dataFormat'] as const) : [])],
  );
}

function isOfCaffe({ preset, spec }: OpenOptions): boolean {
  const network = preset ?? spec?.preset;
  return network === 'caffe' || network === 'caffenet';
}

/**
 * Writes an AlexNet as an .npz archive in TensorFlow's layout, `conv1/weights` `[h, w, in / groups,
 * out]`, `fc6/weights` `[in, out]` with rows in `[h, w, c]` order.
 *
 * @throws FormatError not-allowed, since the archive holds arrays only
 */
export function writeNumpyModel(file: Model, options: WriteOptions = {}): Written {
  const notes = lostMetadata(file, 'an .npz archive');
  checkAllowed(notes, options.allow);
  const tensors = new Map(
    [...file.weights].map(([name, weight]) => [
      name
        .replace(/\.weight$/, '/weights')
        .replace(/\.bias$/, '/biases')
        .replace('.', '/'),
      weight,
    ]),
  );
  return { bytes: writeNpz(tensors), notes };
}
