import { asSource, type ByteSource } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { StoredTensors } from '../tensors/tensor-file.js';
import { torchContainer } from './container.js';
import type { TorchFile } from './module-tree.js';
import { readTorchLegacy } from './read-torch-legacy.js';
import { readTorchTar } from './read-torch-tar.js';
import { readTorchZip } from './read-torch-zip.js';

/**
 * Reads the named tensors of a `.pth` or `.pt` file: a state dict, a training checkpoint around
 * one, or a whole pickled module. Nothing in the file is executed; numbers are read when asked for.
 *
 * @throws FormatError for anything that is no such file, TorchScript archives and integer weights
 */
export async function readTorch(input: Uint8Array | ByteSource): Promise<StoredTensors> {
  return (await openTorch(asSource(input))).tensors;
}

/** The same with the modules of a network that was pickled whole. */
export async function openTorch(source: ByteSource): Promise<TorchFile> {
  const head = await source.read(0, Math.min(512, source.size));
  switch (torchContainer(head)) {
    case 'zip':
      return readTorchZip(source);
    case 'legacy':
      return readTorchLegacy(source);
    case 'tar':
      return readTorchTar(source);
    case null: {
      if (head[0] === 0x3c) {
        throw new FormatError('not-this-format', 'a web page saved as weights; download it again');
      }
      throw new FormatError('not-this-format', 'torch: neither a zip, a legacy nor a tar file');
    }
  }
}
