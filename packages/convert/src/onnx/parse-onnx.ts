import { FormatError } from '../format-error.js';
import { readFields, readFloat, readPacked, readText } from '../protobuf/reader.js';
import type { StoredTensor } from '../tensors/tensor-file.js';
import { keyValue, parseTensor, type Resolve } from './parse-tensor.js';

export type OnnxAttribute = number | string | readonly number[];

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  /** Constants of the graph; null for integers. */
  readonly constants: ReadonlyMap<string, StoredTensor | null>;
  readonly metadata: ReadonlyMap<string, string>;
}

const MAX_NODES = 10_000;

/** Reads a ModelProto: the graph, its constants and its metadata. @throws FormatError */
export async function parseOnnx(
  bytes: Uint8Array,
  resolve: Resolve | undefined,
): Promise<OnnxModel> {
  const metadata = new Map<string, string>();
  let graph: Uint8Array | null = null;
  for (const item of readFields(bytes)) {
    if (item.kind !== 'bytes') continue;
    if (item.field === 7) graph = item.data;
    if (item.field === 14) metadata.set(...keyValue(item.data));
  }
  if (!graph) throw new FormatError('not-this-format', 'ONNX: a model without graph');
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, StoredTensor | null>();
  for (const item of readFields(graph)) {
    if (item.kind !== 'bytes') continue;
    if (nodes.length + constants.size > MAX_NODES) {
      throw new FormatError('too-large', `ONNX: more than ${MAX_NODES} nodes`);
    }
    if (item.field === 1) {
      const { node, value } = parseNode(item.data);
      if (node.operator === 'Constant') {
        const tensor = value ? (await parseTensor(value, resolve)).tensor : null;
        constants.set(node.outputs[0] ?? '', tensor);
      } else nodes.push(node);
    }
    if (item.field === 5) {
      const { name, tensor } = await parseTensor(item.data, resolve);
      constants.set(name, tensor);
    }
  }
  return { nodes, constants, metadata };
}

function parseNode(message: Uint8Array): { node: OnnxNode; value: Uint8Array | null } {
  let operator = '';
  let value: Uint8Array | null = null;
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  for (const item of readFields(message)) {
    if (item.kind !== 'bytes') continue;
    if (item.field === 1) inputs.push(readText(item.data));
    if (item.field === 2) outputs.push(readText(item.data));
    if (item.field === 4) operator = readText(item.data);
    if (item.field === 7 && !['', 'ai.onnx'].includes(readText(item.data))) {
      throw new FormatError('unsupported', `ONNX: an operator of ${readText(item.data)}`);
    }
    if (item.field === 5) {
      const attribute = parseAttribute(item.data);
      if (attribute.tensor && attribute.name === 'value') value = attribute.tensor;
      if (attribute.value !== null) attributes.set(attribute.name, attribute.value);
    }
  }
  return { node: { operator, inputs, outputs, attributes }, value };
}

/** Only the attribute types the operators of an AlexNet use. */
function parseAttribute(message: Uint8Array) {
  let name = '';
  let value: OnnxAttribute | null = null;
  let tensor: Uint8Array | null = null;
  const integers: number[] = [];
  for (const item of readFields(message)) {
    if (item.field === 2 && item.kind === 'fixed32') value = readFloat(item.data);
    if (item.field === 3 && item.kind === 'varint') value = item.value;
    if (item.field === 8 && item.kind === 'varint') integers.push(item.value);
    if (item.kind !== 'bytes') continue;
    if (item.field === 1) name = readText(item.data);
    if (item.field === 4) value = readText(item.data);
    if (item.field === 5) tensor = item.data;
    if (item.field === 8) integers.push(...readPacked(item.data));
    if (integers.length > 64) throw new FormatError('too-large', `ONNX: ${name} is too long`);
  }
  return { name, value: integers.length > 0 ? integers : value, tensor };
}
