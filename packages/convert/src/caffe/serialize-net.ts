import type { Weight } from '@alexnet/model';
import { ProtobufWriter } from '../protobuf/writer.js';
import { writeBlob } from './blob.js';
import type { CaffeLayer, CaffeParameter } from './caffe-net.js';
import { type FieldSchema, PARAMETERS, type ParameterName } from './schema.js';

/** Size of the input of a deployed net, one image. */
export interface CaffeInput {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A NetParameter in the V2 form, binary. */
export function serializeCaffeNet(name: string, layers: readonly CaffeLayer<Weight>[]): Uint8Array {
  const net = new ProtobufWriter().string(1, name);
  for (const layer of layers) net.message(100, (message) => writeLayer(message, layer));
  return net.finish();
}

/** The same net as text, `deploy.prototxt`: structure without numbers, an Input layer in front. */
export function formatPrototxt(
  name: string,
  layers: readonly CaffeLayer<unknown>[],
  { channels, height, width }: CaffeInput,
): string {
  const dimensions = `dim: 1 dim: ${channels} dim: ${height} dim: ${width}`;
  const input = `layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { ${dimensions} } }
}
`;
  return `name: "${name}"\n${input}${layers.map(formatLayer).join('')}`;
}

function writeLayer(message: ProtobufWriter, layer: CaffeLayer<Weight>): void {
  message.string(1, layer.name).string(2, layer.type);
  for (const bottom of layer.bottom) message.string(3, bottom);
  for (const top of layer.top) message.string(4, top);
  for (const blob of layer.blobs) message.message(7, (inner) => writeBlob(inner, blob));
  for (const [name, parameter] of entriesOf(layer)) {
    message.message(PARAMETERS[name].v2, (inner) => writeParameter(inner, name, parameter));
  }
}

function writeParameter(
  message: ProtobufWriter,
  name: ParameterName,
  parameter: CaffeParameter,
): void {
  const fields: Readonly<Record<string, FieldSchema>> = PARAMETERS[name].fields;
  for (const [key, value] of Object.entries(parameter)) {
    const field = fields[key];
    if (!field) throw new Error(`${name} has no field ${key}`);
    const { number, type } = field;
    if (type === 'shape')
      message.message(number, (shape) => shape.packed(1, value as readonly number[]));
    else if (typeof value === 'string') {
      message.integer(number, typeof type === 'object' ? type.indexOf(value) : -1);
    } else if (type === 'float') message.float(number, Number(value));
    else message.integer(number, Number(value));
  }
}

function formatLayer(layer: CaffeLayer<unknown>): string {
  const lines = [
    `  name: "${layer.name}"`,
    `  type: "${layer.type}"`,
    ...layer.bottom.map((bottom) => `  bottom: "${bottom}"`),
    ...layer.top.map((top) => `  top: "${top}"`),
  ];
  for (const [name, parameter] of entriesOf(layer)) {
    const fields: Readonly<Record<string, FieldSchema>> = PARAMETERS[name].fields;
    lines.push(`  ${name} {`);
    for (const [key, value] of Object.entries(parameter)) {
      const isFloat = fields[key]?.type === 'float';
      lines.push(`    ${key}: ${isFloat ? Number(Number(value).toPrecision(9)) : value}`);
    }
    lines.push('  }');
  }
  return `layer {\n${lines.join('\n')}\n}\n`;
}

function entriesOf({ parameters }: CaffeLayer<unknown>): [ParameterName, CaffeParameter][] {
  return Object.entries(parameters) as [ParameterName, CaffeParameter][];
}
