import type { Group } from 'h5wasm';
import { FormatError } from '../format-error.js';
import { groupAt, tensorAt, withHdf5 } from '../hdf5/hdf5.js';
import type { StoredTensor } from '../tensors/tensor-file.js';

const MAX_DEPTH = 16;

/** Blobs by the name of their layer, in the order Caffe numbers them. */
export type LayerBlobs = ReadonlyMap<string, readonly StoredTensor[]>;

/**
 * Reads the weights of a `.caffemodel.h5`: a group `data` with one for each layer, which holds its blobs
 * as datasets `0`, `1`, … (`Net::ToHDF5`). A slash in a layer's name is a group in a group.
 *
 * @throws FormatError
 */
export function readHdf5Blobs(bytes: Uint8Array): Promise<LayerBlobs> {
  return withHdf5(bytes, (root) => {
    const data = groupAt(root, 'data');
    if (!data) throw new FormatError('not-this-format', 'caffe: an HDF5 file without "data"');
    const layers = new Map<string, readonly StoredTensor[]>();
    collect(data, '', layers, bytes.length, 0);
    return layers;
  });
}

function collect(
  group: Group,
  path: string,
  layers: Map<string, readonly StoredTensor[]>,
  fileBytes: number,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw new FormatError('too-large', 'caffe: groups too deep');
  const blobs: StoredTensor[] = [];
  for (const key of group.keys()) {
    const inner = groupAt(group, key);
    const name = path === '' ? key : `${path}/${key}`;
    if (inner) collect(inner, name, layers, fileBytes, depth + 1);
    else if (/^\d{1,2}$/.test(key)) blobs[Number(key)] = tensorAt(group, key, name, fileBytes);
  }
  const found = blobs.filter(Boolean);
  if (found.length < blobs.length) {
    throw new FormatError('missing-tensor', `caffe: a blob of "${path}" is missing`);
  }
  if (found.length > 0) layers.set(path, found);
}
