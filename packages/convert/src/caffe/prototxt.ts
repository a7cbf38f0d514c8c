import { checkName } from '@alexnet/files';
import { FormatError } from '../format-error.js';
import type { CaffeLayer, CaffeNet, CaffeParameter } from './caffe-net.js';
import { type FieldSchema, PARAMETERS, type ParameterSchema, V1_TYPES } from './schema.js';

const MAX_BYTES = 2 ** 20;
const MAX_DEPTH = 16;

/** A message in text: its fields in order, one entry for each time one is said. */
type Message = readonly (readonly [name: string, value: string | Message])[];

/**
 * Reads the text form of a net, a `.prototxt`: its structure, without numbers.
 *
 * @throws FormatError
 */
export function parsePrototxt(bytes: Uint8Array): CaffeNet {
  if (bytes.length > MAX_BYTES) throw new FormatError('too-large', 'prototxt: over 1 MiB');
  const net = parseMessage(tokensOf(new TextDecoder().decode(bytes)));
  const layers = [
    ...messages(net, 'layer').map((layer) => toLayer(layer)),
    ...messages(net, 'layers').map((layer) => toLayer(layer)),
  ];
  if (layers.length === 0) throw new FormatError('not-this-format', 'prototxt: no layers');
  const [shape] = messages(net, 'input_shape');
  const input = shape ? numbersOf(texts(shape, 'dim')) : numbersOf(texts(net, 'input_dim'));
  return { name: texts(net, 'name')[0] ?? '', input: input.slice(0, 4), layers };
}

function toLayer(layer: Message): CaffeLayer {
  const [name = ''] = texts(layer, 'name');
  const [type = ''] = texts(layer, 'type');
  checkName(name, 'prototxt');
  const parameters: Partial<Record<string, CaffeParameter>> = {};
  for (const [key, schema] of Object.entries(PARAMETERS)) {
    const said = messages(layer, key);
    if (said.length > 0) parameters[key] = toParameter(key, schema, said.flat());
  }
  const phases = (rule: string) => messages(layer, rule).flatMap((one) => texts(one, 'phase'));
  const included = phases('include');
  return {
    name,
    type: V1_TYPES[type]?.[1] ?? type,
    bottom: texts(layer, 'bottom'),
    top: texts(layer, 'top'),
    parameters,
    blobs: [],
    training:
      (included.includes('TRAIN') && !included.includes('TEST')) ||
      phases('exclude').includes('TEST'),
  };
}

function toParameter(key: string, schema: ParameterSchema, message: Message): CaffeParameter {
  const found: Record<string, number | boolean | string | readonly number[]> = {};
  for (const [name, value] of message) {
    const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
    if (Object.hasOwn(schema.idle, name)) continue;
    if (!field)
      found[name] = true; // whoever reads the layer refuses it by its name
    else if (field.type === 'integers' || field.type === 'floats') {
      found[name] = [...((found[name] as number[]) ?? []), numberOf(key, value)];
    } else if (!(field.type === 'shape' && Object.hasOwn(found, name))) {
      found[name] = toValue(key, field, value);
    }
  }
  return found;
}

function toValue(key: string, { type }: FieldSchema, value: string | Message) {
  if (type === 'shape' && typeof value !== 'string') return numbersOf(texts(value, 'dim'));
  if (typeof value !== 'string') throw damaged(`a message in ${key}`);
  if (type === 'boolean') return value === 'true' || value === '1';
  if (type === 'text') return value;
  if (typeof type === 'object') return type[Number(value)] ?? value;
  return numberOf(key, value);
}

function numberOf(key: string, value: string | Message): number {
  const number = typeof value === 'string' ? Number(value.replace(/f$/, '')) : Number.NaN;
  if (!Number.isFinite(number)) throw damaged(`${key} has "${value}" for a number`);
  return number;
}

function numbersOf(values: readonly string[]): number[] {
  return values.map((value) => numberOf('a shape', value));
}

function texts(message: Message, name: string): string[] {
  return message.flatMap(([key, value]) =>
    key === name && typeof value === 'string' ? value : [],
  );
}

function messages(message: Message, name: string): Message[] {
  return message.flatMap(([key, value]) =>
    key === name && typeof value !== 'string' ? [value] : [],
  );
}

function damaged(detail: string): FormatError {
  return new FormatError('bad-header', `prototxt: ${detail}`);
}

/** Words, quoted texts with their quotes, and signs; comments and separators are gone. */
function tokensOf(text: string): string[] {
  const pattern =
    /#[^\n]*|[\s,;]+|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}:<>[\]]|[\w.+-]+)|(.)/gy;
  const tokens: string[] = [];
  for (const [, token, other] of text.matchAll(pattern)) {
    if (other !== undefined) throw damaged(`"${other}" out of place`);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function parseMessage(tokens: readonly string[]): Message {
  let at = 0;
  const message = (depth: number, end: string | null): Message => {
    if (depth > MAX_DEPTH) throw new FormatError('too-large', 'prototxt: messages too deep');
    const fields: [string, string | Message][] = [];
    while (at < tokens.length && tokens[at] !== end) {
      const name = tokens[at++] ?? '';
      if (!/^\w+$/.test(name)) throw damaged(`"${name}" for the name of a field`);
      if (tokens[at] === ':') at++;
      for (const value of values(depth)) fields.push([name, value]);
    }
    if (end !== null && tokens[at++] !== end)
      throw new FormatError('truncated', 'prototxt: ends inside a message');
    return fields;
  };
  const values = (depth: number): readonly (string | Message)[] => {
    const token = tokens[at++];
    if (token === '{') return [message(depth + 1, '}')];
    if (token === '<') return [message(depth + 1, '>')];
    if (token === '[') {
      const list: (string | Message)[] = [];
      while (at < tokens.length && tokens[at] !== ']') list.push(...values(depth + 1));
      at++;
      return list;
    }
    if (token === undefined) throw new FormatError('truncated', 'prototxt: ends inside a field');
    if (/^["']/.test(token)) return [token.slice(1, -1).replace(/\\(.)/g, '$1')];
    if (!/^[\w.+-]+$/.test(token)) throw damaged(`"${token}" for a value`);
    return [token];
  };
  return message(0, null);
}
