import { asSource, type ByteSource } from '@alexnet/files';
import { isMeanImage } from '../caffe/format.js';
import { FORMATS, type FormatName } from './formats.js';
import { probe } from './probe.js';

/**
 * Tells a file's format by its bytes, null for none of these; `caffe-mean` is a `.binaryproto`.
 * Names of files play no part. It reads half a kilobyte, and an archive's directory; whether the
 * file is whole is for its reader to say.
 */
export async function detectFormat(
  input: Uint8Array | ByteSource,
): Promise<FormatName | 'caffe-mean' | null> {
  const found = await probe(asSource(input));
  for (const format of FORMATS) if (await format.detect(found)) return format.name;
  return isMeanImage(found) ? 'caffe-mean' : null;
}
