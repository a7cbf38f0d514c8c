import type { RemoteFile } from './remote-file.js';

/** An image set that is fetched by its name. */
export interface KnownSet {
  readonly file: RemoteFile & { readonly bytes: number };
  /** Terms of use, one line. */
  readonly license: string;
  /** Readable names of class folders, where the archive has none. */
  readonly classNames?: Readonly<Record<string, string>>;
}

const IMAGENET_TERMS =
  'images of ImageNet, for non-commercial research and education (image-net.org/download)';
const CIFAR_TERMS =
  'no license is stated; the authors ask to cite Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009 (cs.toronto.edu/~kriz/cifar.html)';

/** Sets by name, at the addresses their authors give. */
export const KNOWN_SETS: Readonly<Record<string, KnownSet>> = {
  cifar10: {
    // Size and SHA-256: tensorflow/datasets, url_checksums/cifar10.txt.
    file: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      bytes: 170_052_171,
      checksum: {
        algorithm: 'sha256',
        value: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    },
    license: `CIFAR-10: ${CIFAR_TERMS}`,
  },
  cifar100: {
    // Size and SHA-256: tensorflow/datasets, url_checksums/cifar100.txt.
    file: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
      bytes: 168_513_733,
      checksum: {
        algorithm: 'sha256',
        value: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
      },
    },
    license: `CIFAR-100: ${CIFAR_TERMS}`,
  },
  'tiny-imagenet': {
    // No checksum is published with it; size and SHA-256 are those that independent public
    // repositories record for the file of this address (the MD5 beside them in others is
    // 90528d7ca1a48142e341f4ef8d21d0de).
    file: {
      url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
      bytes: 248_100_043,
      checksum: {
        algorithm: 'sha256',
        value: '6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821',
      },
    },
    license: `Tiny-ImageNet (Stanford CS231N): ${IMAGENET_TERMS}`,
  },
  imagenette: {
    // SHA-256: FluxML/FastAI.jl, its registry of data sets; torchvision's MD5 of the 320 px archive
    // (3df6f0d01a2c9592104656642f5e78a3) is recorded with the same size. tensorflow/datasets pins an
    // archive of 341,553,947 bytes that was at this address before.
    file: {
      url: 'https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-320.tgz',
      bytes: 341_663_724,
      checksum: {
        algorithm: 'sha256',
        value: '569b4497c98db6dd29f335d1f109cf315fe127053cedf69010d047f0188e158c',
      },
    },
    license: `Imagenette (fast.ai, Apache-2.0): ${IMAGENET_TERMS}`,
    // github.com/fastai/imagenette, README.
    classNames: {
      n01440764: 'tench',
      n02102040: 'English springer',
      n02979186: 'cassette player',
      n03000684: 'chain saw',
      n03028079: 'church',
      n03394916: 'French horn',
      n03417042: 'garbage truck',
      n03425413: 'gas pump',
      n03445777: 'golf ball',
      n03888257: 'parachute',
    },
  },
};
