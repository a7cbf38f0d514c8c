import type { AlexNetKernels } from '@alexnet/model';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Handle, type RawOps, TF_BOOL, TF_FLOAT, TF_INT32, TF_INT64 } from './raw-ops.js';

/**
 * The mask by TensorFlow's own ops, the same integers as addon/step_ops.h and random-stream.ts of
 * `@alexnet/model`. Words of 32 bits are kept in integers of 64, for which alone all these ops have
 * kernels on GPUs.
 */
export function stockDropoutMask(
  ops: RawOps,
  seed: TensorInfo,
  { stream, threshold, kept, shape, from }: AlexNetKernels['AlexNetDropoutMask']['attrs'],
): Handle {
  const long = (op: string, a: Handle, b: Handle) => ops.run(op, { T: TF_INT64 }, [a, b]);
  const word = (value: Handle) => long('BitwiseAnd', value, ops.long(0xffffffff));
  const times = (a: Handle, factor: number) => word(long('Mul', a, ops.long(factor)));
  const xor = (a: Handle, b: Handle) => long('BitwiseXor', a, b);
  const folded = (h: Handle, bits: number) => xor(h, long('RightShift', h, ops.long(bits)));
  const mix = (h: Handle) =>
    folded(times(folded(times(folded(h, 16), 0x85ebca6b), 13), 0xc2b2ae35), 16);

  const wide = ops.run('Cast', { SrcT: TF_INT32, DstT: TF_INT64 }, [ops.input(seed)], 'untyped');
  let key = mix(xor(word(wide), ops.long(WEYL)));
  for (const letter of stream) key = mix(xor(key, ops.long(letter.charCodeAt(0))));

  // One word decides two units; the first and the last may belong to others.
  const count = shape.reduce((product, length) => product * length, 1);
  const ends = [Math.floor(from / 2), Math.ceil((from + count) / 2), 1].map(ops.long);
  const pairs = ops.run('Range', { Tidx: TF_INT64 }, ends, 'untyped');
  const words = mix(xor(mix(word(long('AddV2', key, times(pairs, WEYL)))), key));
  const isKept = (bits: Handle) => {
    const flags = long('GreaterEqual', bits, ops.long(threshold));
    return ops.run('Cast', { SrcT: TF_BOOL, DstT: TF_FLOAT }, [flags], 'untyped');
  };
  const halves = [
    isKept(long('BitwiseAnd', words, ops.long(0xffff))),
    isKept(long('RightShift', words, ops.long(16))),
  ];
  const flat = ops.run('Reshape', {}, [ops.run('Pack', { N: 2, axis: 1 }, halves), ops.ints([-1])]);
  const own = ops.run('Slice', { Index: TF_INT32 }, [
    flat,
    ops.ints([from % 2]),
    ops.ints([count]),
  ]);
  const mask = ops.run('Mul', {}, [own, ops.scalar(kept)]);
  return ops.run('Reshape', {}, [mask, ops.ints(shape)]);
}

/** As in random-stream.ts of `@alexnet/model`. */
const WEYL = 0x9e3779b9;
