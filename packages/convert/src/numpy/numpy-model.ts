import type { ByteSource } from '@alexnet/files';
import { assembleModel, type OpenOptions, type StoredModel } from '../alexnet/assemble-model.js';
import { layoutByShape, parameterName } from '../alexnet/foreign-names.js';
import { checkAllowed } from '../alexnet/note.js';
import { lostMetadata, type WriteOptions, type Written } from '../alexnet/written.js';
import { FormatError } from '../format-error.js';
import type { Model } from '../model-file/model-file.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { readNumpy } from './read-numpy.js';
import { writeNpz } from './write-npz.js';

/**
 * Reads an AlexNet from an .npz archive or a pickled .npy such as `bvlc_alexnet.npy`. The axis
 * order is told by the shape of the first convolution, and the flatten is taken to follow it. The
 * pickled files come from Caffe and are BGR; an archive says nothing about color.
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
  return assembleModel(
    {
      format: container === 'npz' ? 'npz' : 'npy',
      tensors,
      layout: layoutByShape(tensors),
      channelOrder: container === 'pickled' ? pickledOrder(options) : null,
      presets: null,
      preprocessing: null,
      classNames: null,
      notes: [],
    },
    options,
  );
}

/**
 * A pickled dict says nothing about color: those of Caffe's two networks came out of Caffe, which
 * feeds BGR; for any other network the caller has to say it.
 */
function pickledOrder({ preset, spec, channelOrder }: OpenOptions): 'rgb' | 'bgr' | null {
  const network = preset ?? spec?.preset;
  if (channelOrder) return channelOrder;
  if (network === undefined) return null; // which network it is will be asked first
  if (network === 'caffe' || network === 'caffenet') return 'bgr';
  throw new FormatError(
    'ambiguous',
    'a pickled dict does not say in which order conv1 takes the colors; say the channel order: bgr for what was converted from Caffe, rgb for the rest',
  );
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
