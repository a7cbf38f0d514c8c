import { checkName } from '@alexnet/files';
import { writeZip, type ZipMember } from '@alexnet/files/zip';
import type { Weight } from '@alexnet/model';
import { toFloat16 } from '../float16.js';
import { FormatError } from '../format-error.js';
import { rowMajor } from '../tensors/strided.js';

/** How {@link writeTorch} stores numbers. */
export interface WriteTorchOptions {
  /** Default `f32`. */
  readonly dtype?: 'f32' | 'f16';
}

/**
 * Writes tensors as a state dict, the zip archive of torch 1.6 and later, which
 * `torch.load(file, weights_only=True)` reads. Equal tensors give equal bytes.
 *
 * @param tensors in the order the state dict is to have
 * @throws FormatError forbidden-name, out-of-range
 */
export function writeTorch(
  tensors: ReadonlyMap<string, Weight>,
  options: WriteTorchOptions = {},
): Uint8Array {
  const half = options.dtype === 'f16';
  const pickle = new StateDictPickle(half ? 'HalfStorage' : 'FloatStorage');
  const storages: ZipMember[] = [];
  for (const [name, { shape, data }] of tensors) {
    checkName(name, 'torch');
    const key = String(storages.length);
    const values = half ? toFloat16(data, name) : data;
    pickle.tensor(name, key, shape, values.length);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    storages.push({ name: `archive/data/${key}`, data: bytes });
  }
  const text = new TextEncoder();
  return writeZip([
    { name: 'archive/data.pkl', data: pickle.finish() },
    { name: 'archive/byteorder', data: text.encode('little') },
    ...storages,
    { name: 'archive/version', data: text.encode('3\n') },
  ]);
}

/** Writes the few opcodes of protocol 2 that torch's restricted unpickler allows. */
class StateDictPickle {
  readonly #bytes: number[] = [0x80, 2];
  readonly #storage: string;

  constructor(storage: string) {
    this.#storage = storage;
    this.#emptyOrderedDict();
    this.#letters('(');
  }

  tensor(name: string, key: string, shape: readonly number[], elements: number): void {
    this.#text(name);
    this.#letters('ctorch._utils\n_rebuild_tensor_v2\n((');
    this.#text('storage');
    this.#letters(`ctorch\n${this.#storage}\n`);
    this.#text(key);
    this.#text('cpu');
    this.#integer(elements);
    this.#letters('tQ'); // the storage, by persistent id
    this.#integer(0);
    this.#tuple(shape);
    this.#tuple(rowMajor(shape));
    this.#bytes.push(0x89); // requires_grad: False
    this.#emptyOrderedDict(); // no hooks
    this.#letters('tR');
  }

  finish(): Uint8Array {
    this.#letters('u.');
    return Uint8Array.from(this.#bytes);
  }

  #emptyOrderedDict(): void {
    this.#letters('ccollections\nOrderedDict\n)R');
  }

  #tuple(values: readonly number[]): void {
    this.#letters('(');
    for (const value of values) this.#integer(value);
    this.#letters('t');
  }

  #integer(value: number): void {
    if (value > 0x7fffffff) throw new FormatError('too-large', `torch: a size of ${value}`);
    this.#letters('J');
    this.#uint32(value);
  }

  #text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.#letters('X');
    this.#uint32(bytes.length);
    this.#bytes.push(...bytes);
  }

  #uint32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.#bytes.push((value >>> shift) & 0xff);
  }

  #letters(text: string): void {
    for (const letter of text) this.#bytes.push(letter.charCodeAt(0));
  }
}
