import { ProtobufWriter } from '../protobuf/writer.js';

/** IR 7 and opset 13: the oldest pair in wide use, read by every runtime since 2020. */
const IR_VERSION = 7;
const OPSET_VERSION = 13;

/** onnx.proto: TensorProto.DataType and AttributeProto.AttributeType. */
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE = { float: 1, integer: 2, string: 3, integers: 7 } as const;

export type Attribute =
  | { readonly float: number }
  | { readonly integer: number }
  | { readonly string: string }
  | { readonly integers: readonly number[] };

/** One dimension: a size, or a name for a size known only at run time. */
export type Dimension = number | string;

/** Collects nodes and initializers, then writes one ModelProto. */
export class OnnxGraphWriter {
  readonly #graph = new ProtobufWriter();
  readonly #names = new Set<string>();

  /** Adds a node; its first output is called `name`. Returns that output. */
  node(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs: readonly string[] = [name],
  ): string {
    for (const output of outputs) this.#claim(output);
    this.#graph.message(1, (node) => {
      for (const input of inputs) node.string(1, input);
      for (const output of outputs) node.string(2, output);
      node.string(3, name).string(4, operator);
      for (const [key, value] of Object.entries(attributes)) {
        node.message(5, (attribute) => writeAttribute(attribute, key, value));
      }
    });
    return outputs[0] ?? name;
  }

  /** Adds a constant float tensor and returns its name. */
  floats(name: string, shape: readonly number[], data: Float32Array): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#initializer(name, shape, FLOAT, bytes);
  }

  /** Adds a constant int64 vector and returns its name. */
  integers(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer);
    return this.#initializer(name, [values.length], INT64, bytes);
  }

  input(name: string, shape: readonly Dimension[]): void {
    this.#claim(name);
    this.#graph.message(11, (info) => writeValueInfo(info, name, shape));
  }

  output(name: string, shape: readonly Dimension[]): void {
    this.#graph.message(12, (info) => writeValueInfo(info, name, shape));
  }

  finish(name: string, metadata: ReadonlyMap<string, string>): Uint8Array {
    const model = new ProtobufWriter().integer(1, IR_VERSION).string(2, '@alexnet/convert');
    this.#graph.string(2, name);
    model.embed(7, this.#graph);
    model.message(8, (opset) => opset.string(1, '').integer(2, OPSET_VERSION));
    for (const [key, value] of metadata) {
      model.message(14, (entry) => entry.string(1, key).string(2, value));
    }
    return model.finish();
  }

  #initializer(name: string, shape: readonly number[], type: number, bytes: Uint8Array): string {
    this.#claim(name);
    this.#graph.message(5, (tensor) => {
      tensor.packed(1, shape).integer(2, type).string(8, name).bytes(9, bytes);
    });
    return name;
  }

  /** ONNX is single-assignment: a name used twice would make a file no runtime loads. */
  #claim(name: string): void {
    if (this.#names.has(name)) throw new Error(`ONNX: the value "${name}" is defined twice`);
    this.#names.add(name);
  }
}

function writeAttribute(message: ProtobufWriter, name: string, value: Attribute): void {
  message.string(1, name);
  if ('float' in value) message.float(2, value.float).integer(20, ATTRIBUTE.float);
  else if ('integer' in value) message.integer(3, value.integer).integer(20, ATTRIBUTE.integer);
  else if ('string' in value) message.string(4, value.string).integer(20, ATTRIBUTE.string);
  else {
    for (const integer of value.integers) message.integer(8, integer);
    message.integer(20, ATTRIBUTE.integers);
  }
}

function writeValueInfo(info: ProtobufWriter, name: string, shape: readonly Dimension[]): void {
  info.string(1, name).message(2, (type) => {
    type.message(1, (tensor) => {
      tensor.integer(1, FLOAT).message(2, (dimensions) => {
        for (const side of shape) {
          dimensions.message(1, (dimension) => {
            if (typeof side === 'number') dimension.integer(1, side);
            else dimension.string(2, side);
          });
        }
      });
    });
  });
}
