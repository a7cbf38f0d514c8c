import { FormatError } from '../format-error.js';
import { readFields, readFloat, readPacked, readText } from '../protobuf/reader.js';
import { keyValue, type OnnxConstant, parseTensor, type Resolve } from './parse-tensor.js';

/** A branch of an `If`. */
export interface OnnxGraph {
  readonly kind: 'graph';
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly outputs: readonly string[];
}

export type OnnxAttribute = number | string | readonly number[] | OnnxConstant | OnnxGraph;

export interface OnnxNode {
  /** With its domain in front where that is not ONNX's own: `com.microsoft.FusedConv`. */
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A size of an input; null where it is free, as the number of images is. */
export type OnnxDimension = number | null;

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  /** Inputs that are no constants. */
  readonly inputs: ReadonlyMap<string, readonly OnnxDimension[]>;
  readonly outputs: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
}

const MAX_NODES = 10_000;
const MAX_DEPTH = 8;

interface Context {
  readonly resolve: Resolve | undefined;
  readonly depth: number;
}

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
  const { nodes, constants, outputs, declared } = await parseGraph(graph, { resolve, depth: 0 });
  // Before IR 4 every constant was listed among the inputs too.
  const inputs = new Map([...declared].filter(([name]) => !constants.has(name)));
  return { nodes, constants, inputs, outputs, metadata };
}

async function parseGraph(graph: Uint8Array, context: Context) {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  const declared = new Map<string, readonly OnnxDimension[]>();
  const outputs: string[] = [];
  for (const item of readFields(graph)) {
    if (item.kind !== 'bytes') continue;
    if (nodes.length + constants.size > MAX_NODES || context.depth > MAX_DEPTH) {
      throw new FormatError('too-large', `ONNX: more than ${MAX_NODES} nodes`);
    }
    if (item.field === 1) nodes.push(await parseNode(item.data, context));
    if (item.field === 5) {
      const { name, constant } = await parseTensor(item.data, context.resolve);
      constants.set(name, constant);
    }
    if (item.field === 11) declared.set(...parseValueInfo(item.data));
    if (item.field === 12) outputs.push(parseValueInfo(item.data)[0]);
    if (item.field === 15) {
      throw new FormatError('unsupported', 'ONNX: a sparse weight; save it as a dense one');
    }
  }
  return { nodes, constants, outputs, declared };
}

async function parseNode(message: Uint8Array, context: Context): Promise<OnnxNode> {
  let operator = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  for (const item of readFields(message)) {
    if (item.kind !== 'bytes') continue;
    if (item.field === 1) inputs.push(readText(item.data));
    if (item.field === 2) outputs.push(readText(item.data));
    if (item.field === 4) operator = readText(item.data);
    if (item.field === 7) domain = readText(item.data);
    if (item.field === 5) {
      const { name, value } = await parseAttribute(item.data, context);
      if (value !== null) attributes.set(name, value);
    }
  }
  const own = domain === '' || domain === 'ai.onnx';
  return { operator: own ? operator : `${domain}.${operator}`, inputs, outputs, attributes };
}

/** Only the attribute types the operators of an AlexNet use. */
async function parseAttribute(message: Uint8Array, context: Context) {
  let name = '';
  let value: OnnxAttribute | null = null;
  const list: number[] = [];
  let listed = false;
  for (const item of readFields(message)) {
    if (item.field === 2 && item.kind === 'fixed32') value = readFloat(item.data);
    if (item.field === 3 && item.kind === 'varint') value = item.value;
    if (item.field === 7 && item.kind === 'fixed32') list.push(readFloat(item.data));
    if (item.field === 8 && item.kind === 'varint') list.push(item.value);
    if (item.field === 20 && item.kind === 'varint') listed = item.value === 6 || item.value === 7;
    if (item.kind !== 'bytes') continue;
    if (item.field === 1) name = readText(item.data);
    if (item.field === 4) value = readText(item.data);
    if (item.field === 5) value = (await parseTensor(item.data, context.resolve)).constant;
    if (item.field === 6) {
      const branch = await parseGraph(item.data, { ...context, depth: context.depth + 1 });
      value = { kind: 'graph', ...branch };
    }
    if (item.field === 7) {
      for (let at = 0; at + 4 <= item.data.length; at += 4) {
        list.push(readFloat(item.data.subarray(at, at + 4)));
      }
    }
    if (item.field === 8) list.push(...readPacked(item.data));
    if (list.length > 64) throw new FormatError('too-large', `ONNX: ${name} is too long`);
  }
  return { name, value: listed || list.length > 0 ? list : value };
}

/** A ValueInfoProto: its name and its sizes. */
function parseValueInfo(message: Uint8Array): [name: string, sizes: OnnxDimension[]] {
  let name = '';
  const sizes: OnnxDimension[] = [];
  for (const item of readFields(message)) {
    if (item.kind !== 'bytes') continue;
    if (item.field === 1) name = readText(item.data);
    // TypeProto, its tensor_type, its shape, a dim each.
    if (item.field !== 2) continue;
    for (const shape of nested(nested([item.data], 1), 2)) {
      for (const dimension of nested([shape], 1)) sizes.push(dimensionOf(dimension));
    }
  }
  return [name, sizes];
}

function dimensionOf(message: Uint8Array): OnnxDimension {
  for (const item of readFields(message)) {
    if (item.field === 1 && item.kind === 'varint' && item.value > 0) return item.value;
  }
  return null;
}

function nested(messages: readonly Uint8Array[], field: number): Uint8Array[] {
  return messages.flatMap((message) =>
    [...readFields(message)].flatMap((item) =>
      item.field === field && item.kind === 'bytes' ? [item.data] : [],
    ),
  );
}
