import type { MatValue } from '@alexnet/files/mat';
import { type Attribute, type Dataset, DatasetRegion, type Entity, type Group } from 'h5wasm';
import { FormatError } from '../format-error.js';
import { withHdf5 } from '../hdf5/hdf5.js';

const MAX_DEPTH = 16;
const MAX_VALUES = 100_000;
const MAX_ARRAY_BYTES = 2 ** 30;
/** HDF5 fills what was never written, so a small file may claim a huge array. */
const MAX_GROWTH = 1_000;
const MAX_TEXT = 100_000;
const H5T_REFERENCE = 7;
const EMPTY: MatValue = { kind: 'empty' };

/** A network's variables, and what of snapshots is not one. */
const WANTED = ['net', 'layers', 'params', 'meta', 'normalization', 'classes'];

/**
 * Reads the variables of a network from a MATLAB 7.3 file, HDF5 in which `MATLAB_class` says what a value
 * is, cells and struct arrays are references to objects of `#refs#`, and sides are reversed, so that
 * bytes are column-major as in MATLAB 5.
 *
 * @throws FormatError
 */
export function readMat73(bytes: Uint8Array): Promise<ReadonlyMap<string, MatValue>> {
  return withHdf5(bytes, (root) => {
    const read = reader(root, bytes.length);
    const names = root.keys().filter((name) => WANTED.includes(name));
    return new Map(names.map((name) => [name, read(root.get(name), 0)]));
  });
}

function reader(root: Group, fileBytes: number) {
  let budget = MAX_VALUES;
  const read = (entity: Entity | null, depth: number): MatValue => {
    if (depth > MAX_DEPTH || budget-- <= 0) {
      throw new FormatError('too-large', 'matlab: too deep or too many values');
    }
    if (entity && 'keys' in entity) return struct(entity, depth);
    if (entity && 'metadata' in entity) return value(entity as Dataset, depth);
    throw new FormatError('bad-header', 'matlab: a value that is nowhere in the file');
  };
  const struct = (group: Group, depth: number): MatValue => {
    if (textOf(group.attrs.MATLAB_class) !== 'struct') return EMPTY; // a function, an object
    const rows: Map<string, MatValue>[] = [];
    for (const key of group.keys()) {
      // What training keeps beside its weights, as many numbers again.
      if (key === 'momentum') continue;
      const entity = group.get(key);
      const isArray = isReferences(entity) && !('MATLAB_class' in (entity as Dataset).attrs);
      const items = isArray ? referenced(entity as Dataset, depth) : [read(entity, depth + 1)];
      for (const [index, item] of items.entries()) {
        const row = rows[index] ?? new Map<string, MatValue>();
        rows[index] = row.set(key, item);
      }
    }
    return rows.length > 0 ? { kind: 'struct', rows } : EMPTY;
  };
  const referenced = (dataset: Dataset, depth: number): MatValue[] => {
    const count = sizeOf(dataset.metadata.shape ?? []);
    if (count > budget) throw new FormatError('too-large', 'matlab: too many values');
    const list = [dataset.value].flat();
    return list.map((one) => {
      const target = typeof one === 'object' && one && 'ref_data' in one ? one : null;
      if (!target) throw new FormatError('bad-header', 'matlab: a cell without its value');
      const entity: Entity | DatasetRegion | null = root.dereference(target);
      if (entity instanceof DatasetRegion) {
        throw new FormatError('bad-header', 'matlab: a cell that is part of an array');
      }
      return read(entity, depth + 1);
    });
  };
  const value = (dataset: Dataset, depth: number): MatValue => {
    const { attrs, metadata } = dataset;
    const type = textOf(attrs.MATLAB_class);
    if ('MATLAB_empty' in attrs) return type === 'char' ? { kind: 'char', text: '' } : EMPTY;
    if (type === 'cell') return { kind: 'cell', items: referenced(dataset, depth) };
    const shape = [...(metadata.shape ?? [])].reverse();
    const bytes = sizeOf(shape) * metadata.size;
    if (bytes > MAX_ARRAY_BYTES || bytes > fileBytes * MAX_GROWTH) {
      throw new FormatError('too-large', `matlab: an array claims ${bytes} bytes`);
    }
    const found = dataset.value;
    if (!ArrayBuffer.isView(found)) return EMPTY;
    if (type !== 'char') return numeric(found, shape);
    if (sizeOf(shape) > MAX_TEXT) throw new FormatError('too-large', 'matlab: a text too long');
    const codes = Array.from(found as Uint16Array, Number);
    return { kind: 'char', text: String.fromCharCode(...codes.slice(0, MAX_TEXT)) };
  };
  return read;
}

function numeric(found: ArrayBufferView, shape: readonly number[]): MatValue {
  const wide = found instanceof BigInt64Array || found instanceof BigUint64Array;
  const array = wide ? Float64Array.from(found, Number) : found;
  const type = TYPES.find(([kind]) => array instanceof kind)?.[1];
  if (type === undefined) throw new FormatError('bad-dtype', 'matlab: numbers of an unknown type');
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  return { kind: 'numeric', shape, type, data };
}

/** miXXX types of MATLAB 5 by the arrays h5wasm gives. */
const TYPES = [
  [Int8Array, 1],
  [Uint8Array, 2],
  [Int16Array, 3],
  [Uint16Array, 4],
  [Int32Array, 5],
  [Uint32Array, 6],
  [Float32Array, 7],
  [Float64Array, 9],
] as const;

function isReferences(entity: Entity | null): boolean {
  return entity !== null && 'metadata' in entity && entity.metadata.type === H5T_REFERENCE;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

function textOf(attribute: Attribute | undefined): string {
  return typeof attribute?.value === 'string' ? attribute.value : '';
}
