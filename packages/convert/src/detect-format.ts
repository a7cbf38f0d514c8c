import { asSource, type ByteSource, latin1 } from '@alexnet/files';
import { readZip } from '@alexnet/files/zip';
import { FormatError } from './format-error.js';
import { looksLikeSafetensors } from './safetensors/decode.js';
import { torchContainer } from './torch/container.js';

/** The codecs, by the names of their subpath exports; `caffe-mean` is a `.binaryproto`. */
export type FormatName =
  | 'safetensors'
  | 'torch'
  | 'numpy'
  | 'caffe'
  | 'caffe-mean'
  | 'onnx'
  | 'tfjs'
  | 'keras'
  | 'tensorflow'
  | 'matconvnet'
  | 'cuda-convnet';

const TABLE_MAGIC = '\x57\xfb\x80\x8b\x24\x75\x47\xdb';

/**
 * Tells a file's format by its bytes, null for none of these. Names of files play no part. It reads
 * half a kilobyte, and an archive's directory; whether the file is whole is for its reader to say.
 */
export async function detectFormat(input: Uint8Array | ByteSource): Promise<FormatName | null> {
  const source = asSource(input);
  const head = await source.read(0, Math.min(512, source.size));
  const text = latin1(head);
  const container = torchContainer(head);
  if (container === 'zip') return inArchive(source);
  if (container) return 'torch';
  if (text.startsWith('\x93NUMPY')) return 'numpy';
  if (text.startsWith('\x89HDF\r\n')) return 'keras';
  if (text.slice(124, 128) === '\x00\x01IM') return 'matconvnet';
  const [first, second = 0] = head;
  const isPickle = first === 0x80 && second >= 2 && second <= 5;
  if (isPickle || (first === 0x1f && second === 0x8b)) return 'cuda-convnet';
  if (looksLikeSafetensors(head)) return 'safetensors';
  if (/^\s*\{\s*"/.test(text)) return 'tfjs';
  if (source.size >= 48) {
    if (latin1(await source.read(source.size - 8, 8)) === TABLE_MAGIC) return 'tensorflow';
  }
  return protobufKind(text);
}

async function inArchive(source: ByteSource): Promise<FormatName | null> {
  let names: readonly string[];
  try {
    names = [...(await readZip(source)).keys()];
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
  if (names.some((name) => name.endsWith('/data.pkl'))) return 'torch';
  if (names.includes('config.json')) return 'keras';
  if (names.includes('data')) return 'cuda-convnet';
  return names.length > 0 && names.every((name) => name.endsWith('.npy')) ? 'numpy' : null;
}

/**
 * By the first field: a net starts with its name, an ONNX model with a one-byte version and then
 * text or its graph, a mean image with four dimensions.
 */
function protobufKind(text: string): FormatName | null {
  const [tag, value, next] = [0, 1, 2].map((at) => text.charCodeAt(at));
  if (tag === 0x0a) return printable(text, value ?? 0) ? 'caffe' : null;
  if (tag !== 0x08 || value === undefined || value > 0x7f) return null;
  if (next === 0x10) return 'caffe-mean';
  return next === 0x12 || next === 0x3a || next === 0x42 ? 'onnx' : null;
}

/** Whether a first text field, such as a net's name, reads like one. */
function printable(text: string, length: number): boolean {
  return length > 0 && length < 128 && /^[\x20-\x7e]*$/.test(text.slice(2, 2 + length));
}
