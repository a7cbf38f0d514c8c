import type { Checksum, RemoteFile } from '@alexnet/data';
import type { Preprocessing, PresetName } from '@alexnet/model';
import { torchvisionPreprocessing } from './known-preprocessing.js';

/** Weights that somebody published, at the address and with the checksum they give. */
export interface PublishedWeights {
  readonly name: PublishedName;
  /** What it is, one line. */
  readonly title: string;
  /** Who trained and published it. */
  readonly by: string;
  /** Page about it. */
  readonly page: string;
  /** Terms of use as stated there. */
  readonly license: string;
  readonly preset: PresetName;
  readonly weights: RemoteFile & { readonly checksum: Checksum };
  /** Mean image that belongs to it, a file inside a gzipped tar archive. */
  readonly mean?: MeanFile;
  /** How images are prepared; null where the mean image decides it. */
  readonly preprocessing: Preprocessing | null;
  /** On the 50,000 validation images of ILSVRC-2012, center crop, percent. */
  readonly accuracy: { readonly top1: number; readonly top5: number };
}

/** A member of a gzipped tar archive, known by its own checksum. */
export interface MeanFile {
  readonly archive: RemoteFile;
  readonly member: string;
  readonly checksum: Checksum;
}

/** Names of published weights. */
export type PublishedName =
  | 'torchvision'
  | 'caffe'
  | 'caffenet'
  | 'onnx-bvlcalexnet'
  | 'onnx-caffenet';

const sha256 = (value: string): Checksum => ({ algorithm: 'sha256', value });
const sha1 = (value: string): Checksum => ({ algorithm: 'sha1', value });

/**
 * Caffe's mean image of ILSVRC-2012. Address: `data/ilsvrc12/get_ilsvrc_aux.sh` of BVLC/caffe; no
 * checksum of the archive is published. SHA-1 of the member: `tools/caffe_converter/model_zoo.py` of
 * apache/mxnet, and the downloader of Robert0812/deepsaldet.
 */
const CAFFE_MEAN: MeanFile = {
  archive: {
    url: 'http://dl.caffe.berkeleyvision.org/caffe_ilsvrc12.tar.gz',
    bytes: null,
    checksum: null,
  },
  member: 'imagenet_mean.binaryproto',
  checksum: sha1('63e4652e656abc1e87b7a8339a7e02fca63a2c0c'),
};

/**
 * What the accuracy in the ONNX Model Zoo's tables was measured with, which they link to
 * (`examples/onnxrt/image_recognition/onnx_model_zoo/alexnet/quantization/ptq_static/main.py` of
 * intel/neural-compressor): PIL's `resize((224, 224))`, bicubic by default, the mean color, BGR.
 */
const ONNX_ZOO: Preprocessing = {
  resize: { shorterSide: 224, squash: true, interpolation: 'bicubic' },
  crop: { height: 224, width: 224 },
  channelOrder: 'bgr',
  range: 255,
  mean: [103.939, 116.779, 123.68],
  std: null,
};

/**
 * The ONNX Model Zoo announced that its files can no longer be had from its repository from 1 July
 * 2025 on and names this home for them (README of onnx/models at b1eeaa1). Size and SHA-256 are those of
 * the Git LFS pointers there; its ONNX_HUB_MANIFEST.json agrees.
 */
const ONNX_HOME =
  'https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/validated/vision/classification';

/** AlexNets by name. Their classes are the 1,000 of ILSVRC-2012 in the order of WordNet ids. */
export const PUBLISHED_WEIGHTS: readonly PublishedWeights[] = [
  {
    name: 'torchvision',
    title: 'torchvision AlexNet_Weights.IMAGENET1K_V1, the "one weird trick" variant',
    by: 'PyTorch',
    page: 'https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.alexnet.html',
    license: 'BSD-3-Clause, torchvision',
    preset: 'torchvision',
    // Address, accuracy and the first eight digits of the SHA-256, which torch.hub checks:
    // torchvision/models/alexnet.py of pytorch/vision. Size and whole SHA-256: ten public
    // repositories that pin this file agree on them.
    weights: {
      url: 'https://download.pytorch.org/models/alexnet-owt-7be5be79.pth',
      bytes: 244_408_911,
      checksum: sha256('7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02'),
    },
    preprocessing: /* @__PURE__ */ torchvisionPreprocessing(224),
    accuracy: { top1: 56.522, top5: 79.066 },
  },
  {
    name: 'caffe',
    title: 'BVLC AlexNet, a replication of the paper without its color noise',
    by: 'Evan Shelhamer, Berkeley Vision and Learning Center',
    page: 'https://github.com/BVLC/caffe/tree/master/models/bvlc_alexnet',
    license: 'unrestricted use',
    preset: 'caffe',
    // Address, SHA-1, license and accuracy: models/bvlc_alexnet/readme.md of BVLC/caffe.
    weights: {
      url: 'http://dl.caffe.berkeleyvision.org/bvlc_alexnet.caffemodel',
      bytes: null,
      checksum: sha1('9116a64c0fbe4459d18f4bb6b56d647b63920377'),
    },
    mean: CAFFE_MEAN,
    preprocessing: null,
    accuracy: { top1: 57.1, top5: 80.2 },
  },
  {
    name: 'caffenet',
    title: 'BVLC CaffeNet, the reference net of Caffe: pooling before normalization',
    by: 'Jeff Donahue, Berkeley Vision and Learning Center',
    page: 'https://github.com/BVLC/caffe/tree/master/models/bvlc_reference_caffenet',
    license: 'unrestricted use',
    preset: 'caffenet',
    // Address, SHA-1, license and accuracy: models/bvlc_reference_caffenet/readme.md of BVLC/caffe.
    weights: {
      url: 'http://dl.caffe.berkeleyvision.org/bvlc_reference_caffenet.caffemodel',
      bytes: null,
      checksum: sha1('4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46'),
    },
    mean: CAFFE_MEAN,
    preprocessing: null,
    accuracy: { top1: 57.4, top5: 80.4 },
  },
  {
    name: 'onnx-bvlcalexnet',
    title: "the ONNX Model Zoo's bvlcalexnet-12, BVLC AlexNet at 224 px",
    by: 'Berkeley Vision and Learning Center, converted by the ONNX Model Zoo',
    page: 'https://github.com/onnx/models/tree/main/validated/vision/classification/alexnet',
    license: 'BSD-3-Clause, ONNX Model Zoo',
    preset: 'caffe',
    weights: {
      url: `${ONNX_HOME}/alexnet/model/bvlcalexnet-12.onnx`,
      bytes: 243_863_787,
      checksum: sha256('6b0da9510f27f234ee96a85dc3809dd210150fdefad87f6850f9788513216945'),
    },
    preprocessing: ONNX_ZOO,
    accuracy: { top1: 54.8, top5: 78.23 },
  },
  {
    name: 'onnx-caffenet',
    title: "the ONNX Model Zoo's caffenet-12, BVLC CaffeNet at 224 px",
    by: 'Berkeley Vision and Learning Center, converted by the ONNX Model Zoo',
    page: 'https://github.com/onnx/models/tree/main/validated/vision/classification/caffenet',
    license: 'BSD-3-Clause, ONNX Model Zoo',
    preset: 'caffenet',
    weights: {
      url: `${ONNX_HOME}/caffenet/model/caffenet-12.onnx`,
      bytes: 243_863_798,
      checksum: sha256('ea563e5c47d1f58e1717cf1a2d8bf288b8adc07af0ad228b622096cd243aeecb'),
    },
    preprocessing: ONNX_ZOO,
    accuracy: { top1: 56.27, top5: 79.52 },
  },
];

/** The published weights of this name, if it is one. */
export function findPublished(name: string): PublishedWeights | undefined {
  return PUBLISHED_WEIGHTS.find((weights) => weights.name === name);
}
