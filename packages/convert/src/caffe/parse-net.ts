import { checkName } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import {
  type ProtobufField,
  readFields,
  readFloat,
  readPacked,
  readText,
} from '../protobuf/reader.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { parseBlob } from './blob.js';
import type { CaffeLayer, CaffeNet, CaffeParameter } from './caffe-net.js';
import { type FieldSchema, PARAMETERS, type ParameterName, V1_TYPES } from './schema.js';

const MAX_LAYERS = 1_000;

/** Fields of NetParameter and of the two layer messages. */
const NET = { name: 1, v1: 2, v2: 100 } as const;
const V1 = { name: 4, type: 5, bottom: 2, top: 3, blobs: 6, v0: 1 } as const;
const V2 = { name: 1, type: 2, bottom: 3, top: 4, blobs: 7, v0: null } as const;

/**
 * Reads a NetParameter, binary, with layers in the V1 (2014) or V2 form. Numbers are views.
 *
 * @throws FormatError
 */
export function parseCaffeNet(bytes: Uint8Array): CaffeNet {
  let name = '';
  const layers: CaffeLayer[] = [];
  for (const item of readFields(bytes)) {
    if (item.kind !== 'bytes') continue;
    if (item.field === NET.name) name = readText(item.data);
    if (item.field === NET.v1) layers.push(parseLayer(item.data, 'v1'));
    if (item.field === NET.v2) layers.push(parseLayer(item.data, 'v2'));
    if (layers.length > MAX_LAYERS) {
      throw new FormatError('too-large', `caffe: more than ${MAX_LAYERS} layers`);
    }
  }
  if (layers.length === 0) throw new FormatError('not-this-format', 'caffe: a net without layers');
  return { name, layers };
}

function parseLayer(message: Uint8Array, version: 'v1' | 'v2'): CaffeLayer {
  const fields = version === 'v1' ? V1 : V2;
  let name = '';
  let type = '';
  const bottom: string[] = [];
  const top: string[] = [];
  const blobs: StoredTensor[] = [];
  const parameters: Partial<Record<ParameterName, CaffeParameter>> = {};
  for (const item of readFields(message)) {
    if (item.field === fields.type) type = typeOf(item);
    if (item.kind !== 'bytes') continue;
    if (item.field === fields.v0) {
      throw new FormatError(
        'unsupported',
        'caffe: a net of 2013 (V0); upgrade_net_proto_binary reads it',
      );
    }
    if (item.field === fields.name) name = readText(item.data);
    if (item.field === fields.bottom) bottom.push(readText(item.data));
    if (item.field === fields.top) top.push(readText(item.data));
    if (item.field === fields.blobs) blobs.push(parseBlob(`${name}[${blobs.length}]`, item.data));
    for (const parameter of Object.keys(PARAMETERS) as ParameterName[]) {
      if (PARAMETERS[parameter][version] === item.field) {
        parameters[parameter] = parseParameter(parameter, item.data);
      }
    }
  }
  checkName(name, 'caffe');
  return { name, type, bottom, top, parameters, blobs };
}

function typeOf(item: ProtobufField): string {
  if (item.kind === 'varint') return V1_TYPES[item.value] ?? `V1 type ${item.value}`;
  return readText(item.data);
}

function parseParameter(name: ParameterName, message: Uint8Array): CaffeParameter {
  const schema = Object.entries<FieldSchema>(PARAMETERS[name].fields);
  const found: Record<string, number | boolean | string> = {};
  for (const item of readFields(message)) {
    const [key, field] = schema.find(([, { number }]) => number === item.field) ?? [];
    if (key === undefined || field === undefined) continue;
    const value = fieldValue(item, field);
    // Repeated pads, kernels and strides mean height and width; a net here has them equal.
    if (Object.hasOwn(found, key) && found[key] !== value) {
      throw new FormatError('unsupported', `caffe: ${name} has two values of ${key}`);
    }
    found[key] = value;
  }
  return found;
}

function fieldValue(item: ProtobufField, { type }: FieldSchema): number | boolean | string {
  if (item.kind === 'fixed32' && type === 'float') return readFloat(item.data);
  if (item.kind === 'bytes' && type === 'integer') {
    const values = new Set(readPacked(item.data));
    const [value] = values;
    if (value !== undefined && values.size === 1) return value;
  }
  if (item.kind === 'varint' && type === 'integer') return item.value;
  if (item.kind === 'varint' && type === 'boolean') return item.value !== 0;
  if (item.kind === 'varint' && typeof type === 'object') return type[item.value] ?? 'unknown';
  throw new FormatError('bad-header', 'caffe: a parameter of the wrong type');
}
