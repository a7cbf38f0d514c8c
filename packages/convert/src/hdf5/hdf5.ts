// Not h5wasm/node, whose files are those of the machine.

import type { Dataset, Group } from 'h5wasm';
import * as h5 from 'h5wasm';
import { FormatError } from '../format-error.js';
import type { StoredTensor } from '../tensors/tensor-file.js';

const MAX_TENSOR_BYTES = 2 ** 30;
/** HDF5 fills what was never written, so a small file may claim a huge array. */
const MAX_GROWTH = 1_000;
const H5T_FLOAT = 1;

let files = 0;

/**
 * Opens a file in h5wasm's own memory, hands it to `use`, and removes it again. Whatever the HDF5
 * library throws over a damaged file comes out as a FormatError.
 */
export async function withHdf5<T>(bytes: Uint8Array, use: (root: Group) => T): Promise<T> {
  const library = await h5.ready;
  const { FS } = library;
  const name = `alexnet-${files++}.h5`;
  FS.writeFile(name, bytes);
  // Errors of the library become exceptions instead of pages on the console.
  library.activate_throwing_error_handler();
  try {
    const file = new h5.File(name, 'r');
    try {
      return use(file);
    } finally {
      file.close();
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError('bad-header', 'hdf5: the file is damaged', { cause });
  } finally {
    library.deactivate_throwing_error_handler();
    FS.unlink(name);
  }
}

/** Creates a file in h5wasm's memory, lets `fill` write it, and returns its bytes. */
export async function createHdf5(fill: (root: Group) => void): Promise<Uint8Array> {
  const { FS } = await h5.ready;
  const name = `alexnet-${files++}.h5`;
  const file = new h5.File(name, 'w');
  try {
    fill(file);
  } finally {
    file.close();
  }
  const bytes = FS.readFile(name);
  FS.unlink(name);
  return bytes as Uint8Array;
}

/** A group by its name inside another, null where there is none. Links to other files are refused. */
export function groupAt(parent: Group, name: string): Group | null {
  if (!parent.keys().includes(name)) return null;
  const entity = parent.get(name);
  if (entity && 'keys' in entity) return entity;
  if (entity && 'type' in entity && entity.type === 'ExternalLink') {
    throw new FormatError('forbidden-name', `hdf5: "${name}" points into another file`);
  }
  return null;
}

/** The numbers of a dataset of floats, copied out of the file. */
export function tensorAt(
  group: Group,
  path: string,
  name: string,
  fileBytes: number,
): StoredTensor {
  const dataset = group.get(path) as Dataset | null;
  if (dataset?.type !== 'Dataset') {
    throw new FormatError('missing-tensor', `hdf5: "${name}" is no array in this file`);
  }
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  if (metadata.type !== H5T_FLOAT || (metadata.size !== 4 && metadata.size !== 8)) {
    throw new FormatError(
      'bad-dtype',
      `hdf5: "${name}" holds no 32- or 64-bit floats; save it as float32`,
    );
  }
  const elements = shape.reduce((product, side) => product * side, 1);
  const bytes = elements * metadata.size;
  if (bytes > MAX_TENSOR_BYTES || bytes > fileBytes * MAX_GROWTH) {
    throw new FormatError('too-large', `hdf5: "${name}" claims ${bytes} bytes`);
  }
  // One number without an axis is no array.
  const value = dataset.value as number | Float32Array | Float64Array;
  const values = Float32Array.from(typeof value === 'number' ? [value] : value);
  if (values.length !== elements) {
    throw new FormatError(
      'bad-shape',
      `hdf5: "${name}" has ${values.length} numbers for [${shape}]`,
    );
  }
  return { dtype: metadata.size === 8 ? 'f64' : 'f32', shape, read: async () => values.slice() };
}

/** Text or a list of texts; Keras cuts long lists into `name0`, `name1`, … */
export function textsAt(group: Group, name: string): readonly string[] | null {
  const attributes = group.attrs;
  const parts = Object.hasOwn(attributes, name)
    ? [name]
    : Object.keys(attributes).filter(
        (key) => key.startsWith(name) && /^\d+$/.test(key.slice(name.length)),
      );
  if (parts.length === 0) return null;
  const ordered = parts.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return ordered.flatMap((part) => {
    const value = attributes[part]?.value;
    const list = Array.isArray(value) ? value : [value];
    return list.filter((text) => typeof text === 'string');
  });
}
