import type { StoredTensor } from '../tensors/tensor-file.js';
import { floats, type GraphValue } from './graph-value.js';
import type { NodeReader } from './node-reader.js';

interface Codes {
  readonly shape: readonly number[];
  read(): Promise<ArrayLike<number>>;
}

/** `(code − zero point) · scale`, one scale for all numbers or one for each place on an axis. */
export async function dequantized(node: NodeReader): Promise<GraphValue | null> {
  const [input] = node.inputs;
  if (input?.kind !== 'constant' || input.constant.kind !== 'integer') return null;
  const { shape, read } = input.constant;
  const places = await scalesOf(node, shape);
  return floats(restored({ shape, read }, places));
}

/** A weight that is rounded to codes in the graph itself, as they would be restored from them. */
export async function quantizedAndBack(node: NodeReader): Promise<GraphValue | null> {
  const tensor = node.tensor(0);
  const zero = node.inputs[2];
  if (!tensor) return null;
  const width =
    zero?.kind === 'constant' && zero.constant.kind === 'integer' ? zero.constant.width : 1;
  if (Math.abs(width) > 2) throw node.refusal('rounds to more than 16 bits');
  const bits = 8 * Math.abs(width);
  const [low, high] = width < 0 ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  const places = await scalesOf(node, tensor.shape);
  const read = async () => {
    const values = await tensor.read();
    return Float64Array.from(values, (value, index) => {
      const { scale, point } = places(index);
      return Math.min(high, Math.max(low, halfToEven(Math.fround(value / scale)) + point));
    });
  };
  const codes = { kind: 'integer', shape: tensor.shape, width, small: null, read } as const;
  return { kind: 'constant', constant: codes };
}

type Places = (index: number) => { readonly scale: number; readonly point: number };

async function scalesOf(node: NodeReader, shape: readonly number[]): Promise<Places> {
  node.ignore('saturate', 'output_dtype', 'precision');
  const scale = node.tensor(1);
  const zero = node.inputs[2];
  if (!scale) throw node.refusal('has a scale that is no constant');
  if (node.number('block_size', 0) !== 0) throw node.refusal('has scales for blocks');
  const points =
    zero?.kind === 'constant' && zero.constant.kind === 'integer'
      ? await zero.constant.read()
      : [0];
  const scales = await scale.read();
  const given = node.number('axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  const count = shape[axis] ?? 1;
  if (scales.length !== 1 && scales.length !== count) {
    throw node.refusal(`has ${scales.length} scales for ${count} places`);
  }
  return (index) => {
    const place = scales.length === 1 ? 0 : Math.floor(index / inner) % count;
    return { scale: scales[place] ?? 1, point: points[points.length === 1 ? 0 : place] ?? 0 };
  };
}

function restored({ shape, read }: Codes, places: Places): StoredTensor {
  return {
    dtype: 'f32',
    shape,
    async read() {
      return Float32Array.from(await read(), (code, index) => {
        const { scale, point } = places(index);
        return (code - point) * scale;
      });
    },
  };
}

/** As IEEE 754 rounds. */
function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
