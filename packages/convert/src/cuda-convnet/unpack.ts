import { asSource, type ByteSource } from '@alexnet/files';
import { type PickleValue, runPickle } from '@alexnet/files/pickle';
import { inflate, readZip } from '@alexnet/files/zip';
import { FormatError } from '../format-error.js';
import { openChecked } from '../formats/open-checked.js';

/** The original with momentum takes 488 MB. */
const MAX_PICKLE_BYTES = 2 ** 30;

/**
 * The value of a Python 2 pickle: bare, as the one deflated member `data` of a zip archive
 * (`zip_save` of cuda-convnet 1), or gzipped.
 *
 * @throws FormatError
 */
export async function unpack(input: Uint8Array | ByteSource): Promise<PickleValue> {
  const source = asSource(input);
  const [first, second] = await source.read(0, Math.min(2, source.size));
  if (first === 0x50 && second === 0x4b) {
    const entry = (await readZip(source)).get('data');
    if (!entry)
      throw new FormatError('not-this-format', 'cuda-convnet: a zip archive without "data"');
    return unpickle(await (await openChecked(entry)).read(0, entry.size));
  }
  const bytes = await source.read(0, source.size);
  if (first !== 0x1f || second !== 0x8b) return unpickle(bytes);
  if (bytes.length < 18) throw new FormatError('truncated', 'cuda-convnet: a gzip file cut off');
  const end = bytes.subarray(-4);
  const size = new DataView(end.buffer, end.byteOffset, 4).getUint32(0, true);
  if (size > MAX_PICKLE_BYTES) throw new FormatError('too-large', `cuda-convnet: ${size} bytes`);
  return unpickle(await inflate(bytes, 'gzip', size));
}

function unpickle(bytes: Uint8Array): PickleValue {
  if (bytes.length > MAX_PICKLE_BYTES) {
    throw new FormatError('too-large', `cuda-convnet: a pickle of ${bytes.length} bytes`);
  }
  if (bytes[0] !== 0x80) throw new FormatError('not-this-format', 'cuda-convnet: no pickle');
  return runPickle(bytes).value;
}
