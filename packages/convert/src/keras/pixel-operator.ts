import { FormatError } from '../format-error.js';
import { affineOf, type InputAffine } from '../found/input-affine.js';
import { className, type Json } from './layer-options.js';

/** Operators of Keras 3 by their class, of Keras 2 by their function. */
const OPERATORS: Readonly<Record<string, 'Add' | 'Sub' | 'Mul' | 'Div'>> = {
  Add: 'Add',
  Subtract: 'Sub',
  Multiply: 'Mul',
  Divide: 'Div',
  TrueDivide: 'Div',
  '__operators__.add': 'Add',
  'math.add': 'Add',
  'math.subtract': 'Sub',
  'math.multiply': 'Mul',
  'math.divide': 'Div',
  'math.truediv': 'Div',
};

/**
 * What a functional model does to its maps by an operator with a constant, as in `x / 127.5 - 1`, where
 * no layer stands: `TrueDivide` and `Subtract` in Keras 3, `TFOpLambda` in Keras 2.
 *
 * @returns null for any other layer
 * @throws FormatError unsupported for a constant of other than one or three numbers
 */
export async function pixelOperator(layer: Json): Promise<InputAffine | null> {
  const type = className(layer.class_name);
  const { function: called } = Object(layer.config) as Json;
  const key = type === 'TFOpLambda' ? String(called) : type;
  const operator = Object.hasOwn(OPERATORS, key) ? OPERATORS[key] : undefined;
  if (!operator || !Array.isArray(layer.inbound_nodes)) return null;
  const [node] = layer.inbound_nodes;
  // Keras 3 has both operands, Keras 2 the pixels' layer and the other one.
  const [first, second] = type === 'TFOpLambda' ? [null, lambdaOperand(node)] : operands(node);
  const [left, right] = [constant(first), constant(second)];
  const values = right ?? left;
  if (!values || (left && right)) return null;
  const tensor = {
    dtype: 'f32',
    shape: [values.length],
    read: async () => Float32Array.from(values),
  } as const;
  return affineOf(operator, tensor, right !== null, (detail) => {
    return new FormatError('unsupported', `keras: ${type} ${detail}`);
  });
}

function operands(node: unknown): readonly unknown[] {
  const { args } = Object(node) as Json;
  return Array.isArray(args) ? args : [];
}

/** `[["input_1", 0, 0, {"y": 127.5, "name": null}]]`, or that without the outer list. */
function lambdaOperand(node: unknown): unknown {
  const call = Array.isArray(node) && Array.isArray(node[0]) ? node[0] : node;
  return Array.isArray(call) ? (Object(call[3]) as Json).y : null;
}

/** A number, or those of an array that is spelled out. */
function constant(value: unknown): readonly number[] | null {
  const { class_name: type, config } = Object(value) as Json;
  const spelled =
    type === '__numpy__' || type === '__tensor__' ? (Object(config) as Json).value : value;
  const numbers = Array.isArray(spelled) ? spelled.flat(4) : [spelled];
  return numbers.every((number) => typeof number === 'number') ? numbers : null;
}
