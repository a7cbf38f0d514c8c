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
import {
  type FieldSchema,
  PARAMETERS,
  type ParameterName,
  type ParameterSchema,
  V1_TYPES,
} from './schema.js';

const MAX_LAYERS = 1_000;
/** Numbers of a repeated option; pads and strides have two, a shape at most 32 (`kMaxBlobAxes`). */
const MAX_REPEATED = 1_000;

/** Fields of NetParameter and of the two layer messages. */
const NET = { name: 1, v1: 2, inputDim: 4, inputShape: 8, v2: 100 } as const;
const V1 = { name: 4, type: 5, bottom: 2, top: 3, blobs: 6, include: 32, exclude: 33, v0: 1 };
const V2 = { name: 1, type: 2, bottom: 3, top: 4, blobs: 7, include: 8, exclude: 9, v0: null };
const RULE_PHASE = 1;
const TRAIN = 0;
const TEST = 1;

/**
 * Reads a NetParameter, binary, with layers in the V1 (2014) or V2 form. Numbers are views.
 *
 * @throws FormatError
 */
export function parseCaffeNet(bytes: Uint8Array): CaffeNet {
  let name = '';
  const layers: CaffeLayer[] = [];
  const dims: number[] = [];
  let shape: readonly number[] | null = null;
  for (const item of readFields(bytes)) {
    if (item.field === NET.inputDim) append(dims, integersOf(item));
    if (item.kind !== 'bytes') continue;
    if (item.field === NET.name) name = readText(item.data);
    if (item.field === NET.inputShape) shape ??= shapeOf(item.data);
    if (item.field === NET.v1) layers.push(parseLayer(item.data, 'v1'));
    if (item.field === NET.v2) layers.push(parseLayer(item.data, 'v2'));
    if (layers.length > MAX_LAYERS) {
      throw new FormatError('too-large', `caffe: more than ${MAX_LAYERS} layers`);
    }
  }
  if (layers.length === 0) throw new FormatError('not-this-format', 'caffe: a net without layers');
  return { name, input: shape ?? dims.slice(0, 4), layers };
}

function parseLayer(message: Uint8Array, version: 'v1' | 'v2'): CaffeLayer {
  const fields = version === 'v1' ? V1 : V2;
  let name = '';
  let type = '';
  const bottom: string[] = [];
  const top: string[] = [];
  const blobs: StoredTensor[] = [];
  const included: number[] = [];
  const excluded: number[] = [];
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
    if (item.field === fields.include) included.push(...phasesOf(item.data));
    if (item.field === fields.exclude) excluded.push(...phasesOf(item.data));
    if (item.field === fields.blobs) blobs.push(parseBlob(`${name}[${blobs.length}]`, item.data));
    for (const parameter of Object.keys(PARAMETERS) as ParameterName[]) {
      if (PARAMETERS[parameter][version] === item.field) {
        parameters[parameter] = parseParameter(parameter, item.data);
      }
    }
  }
  checkName(name, 'caffe');
  const training =
    (included.includes(TRAIN) && !included.includes(TEST)) || excluded.includes(TEST);
  return { name, type, bottom, top, parameters, blobs, training };
}

function phasesOf(rule: Uint8Array): readonly number[] {
  return [...readFields(rule)].flatMap((item) =>
    item.field === RULE_PHASE && item.kind === 'varint' ? [item.value] : [],
  );
}

function typeOf(item: ProtobufField): string {
  if (item.kind !== 'varint') return readText(item.data);
  const known = Object.values(V1_TYPES).find(([number]) => number === item.value);
  return known?.[1] ?? `V1 type ${item.value}`;
}

function parseParameter(name: ParameterName, message: Uint8Array): CaffeParameter {
  const { fields, idle }: ParameterSchema = PARAMETERS[name];
  const schema = Object.entries(fields);
  const found: Record<string, number | boolean | string | number[]> = {};
  for (const item of readFields(message)) {
    if (Object.values(idle).includes(item.field)) continue;
    const [key, field] = schema.find(([, { number }]) => number === item.field) ?? [];
    if (key === undefined || field === undefined) {
      // A fork's: whoever reads the layer refuses it by its number.
      found[`option ${item.field}`] = true;
    } else if (field.type === 'integers' || field.type === 'floats') {
      const list = Array.isArray(found[key]) ? found[key] : [];
      append(list, field.type === 'integers' ? integersOf(item) : floatsOf(item));
      found[key] = list;
    } else if (!(field.type === 'shape' && Object.hasOwn(found, key))) {
      found[key] = fieldValue(item, field);
    }
  }
  return found;
}

function fieldValue(
  item: ProtobufField,
  { type }: FieldSchema,
): number | boolean | string | number[] {
  if (item.kind === 'fixed32' && type === 'float') return readFloat(item.data);
  if (item.kind === 'varint' && type === 'integer') return item.value;
  if (item.kind === 'varint' && type === 'boolean') return item.value !== 0;
  if (item.kind === 'varint' && typeof type === 'object') return type[item.value] ?? 'unknown';
  if (item.kind === 'bytes' && type === 'text') return readText(item.data);
  if (item.kind === 'bytes' && type === 'shape') return shapeOf(item.data);
  throw new FormatError('bad-header', 'caffe: a parameter of the wrong type');
}

/** The sides of a BlobShape. */
function shapeOf(message: Uint8Array): number[] {
  const sides: number[] = [];
  for (const item of readFields(message)) if (item.field === 1) append(sides, integersOf(item));
  return sides;
}

/** One number of a repeated field, or a packed run. */
function integersOf(item: ProtobufField): Iterable<number> {
  if (item.kind === 'varint') return [item.value];
  if (item.kind === 'bytes') return readPacked(item.data);
  throw new FormatError('bad-header', 'caffe: a parameter of the wrong type');
}

function floatsOf(item: ProtobufField): readonly number[] {
  if (item.kind === 'fixed32') return [readFloat(item.data)];
  if (item.kind !== 'bytes' || item.data.length % 4 !== 0 || item.data.length > 4 * MAX_REPEATED) {
    throw new FormatError('bad-header', 'caffe: a parameter of the wrong type');
  }
  const count = item.data.length / 4;
  return Array.from({ length: count }, (_, n) => readFloat(item.data.subarray(4 * n, 4 * n + 4)));
}

function append(list: number[], values: Iterable<number>): void {
  for (const value of values) {
    if (list.push(value) > MAX_REPEATED) {
      throw new FormatError('too-large', 'caffe: an option of too many numbers');
    }
  }
}
