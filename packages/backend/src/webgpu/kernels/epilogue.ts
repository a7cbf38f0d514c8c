import type { TensorInfo } from '@tensorflow/tfjs-core';

/** What becomes of the sums of a product before they are written. */
export interface Epilogue {
  /** [columns] float32, added to each row. */
  readonly bias?: TensorInfo | undefined;
  /** Whether what is below zero becomes zero, after the bias. */
  readonly relu?: boolean;
}

/** Names what {@link epilogueCode} writes. */
export function epilogueKey({ bias, relu }: Epilogue): string {
  return `${bias ? 'bias' : ''}${relu ? 'relu' : ''}`;
}

/**
 * WGSL: `fn NAME(value : TYPE, column : i32) -> TYPE`, where TYPE is f32 or vec4<f32>, four columns
 * from that one on. The bias is bound as `bias : array<f32>`; columns past its end get any number.
 */
export function epilogueCode(
  name: string,
  type: 'f32' | 'vec4<f32>',
  { bias, relu }: { readonly bias: boolean; readonly relu: boolean },
): string {
  const lanes = [0, 1, 2, 3].map((i) => `bias[column + ${i}]`).join(', ');
  const added = type === 'f32' ? 'bias[column]' : `vec4<f32>(${lanes})`;
  return `
    fn ${name}(value : ${type}, column : i32) -> ${type} {
      ${bias ? `let sum = value + ${added};` : 'let sum = value;'}
      ${relu ? `return select(sum, ${type}(0.0), sum < ${type}(0.0));` : 'return sum;'}
    }`;
}
