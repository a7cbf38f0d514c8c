import type { BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import type { Epilogue } from './epilogue.js';
import { seenAs, type WebgpuBackend } from './program.js';
import { runKernel } from './run-kernel.js';
import { fitsTiles, runTiledProduct } from './tiled-product.js';

/** Rows and columns below which most of a tile would be empty. */
const FEWEST = 64;

/**
 * Replaces BatchMatMul and _FusedMatMul (bias, ReLU) for single large products, the dense layers of a
 * batch: tiles of 128 x 64 for 32 x 32, sums split over workgroups where tfjs would start few, and a
 * transposed B, the weights on the way back, copied into order first rather than read across. Adds
 * AlexNetFusedDense.
 */
export function registerMatMul(tf: Tf): void {
  registerKernel(
    tf,
    'webgpu',
    'BatchMatMul',
    ({ inputs: { a, b }, attrs, backend, fallBack }) =>
      matMul(tf, backend, a, b, attrs) ?? fallBack(),
  );
  registerKernel(tf, 'webgpu', '_FusedMatMul', ({ inputs, attrs, backend, fallBack }) => {
    const { a, b, bias, preluActivationWeights } = inputs;
    const { activation = 'linear', transposeB = false } = attrs;
    const [, columns] = lastTwo(b, transposeB);
    const isPlain = bias === undefined || String(bias.shape) === String([columns]);
    const isTaken = isPlain && (activation === 'linear' || activation === 'relu');
    if (!isTaken || preluActivationWeights) return fallBack();
    const epilogue = { bias, relu: activation === 'relu' };
    return matMul(tf, backend, a, b, attrs, epilogue) ?? fallBack();
  });
  registerKernel(tf, 'webgpu', 'AlexNetFusedDense', ({ inputs, attrs, backend }) => {
    const { x, weight, bias } = inputs;
    const a = seenAs(x, [1, ...x.shape]);
    const b = seenAs(weight, [1, ...weight.shape]);
    const { activation } = attrs;
    const tfjs = { transposeA: false, transposeB: false, activation };
    const product = runKernel(tf, backend, '_FusedMatMul', { a, b, bias }, tfjs);
    return seenAs(product, product.shape.slice(1));
  });
}

/** a b as [..., rows, columns], or null where the tiled product does not take it. */
function matMul(
  tf: Tf,
  backend: WebgpuBackend,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA = false, transposeB = false }: Readonly<Partial<BatchMatMulAttrs>>,
  epilogue: Epilogue = {},
): TensorInfo | null {
  const single = [a, b].every(
    ({ shape, dtype }) => dtype === 'float32' && tf.util.sizeFromShape(shape.slice(0, -2)) === 1,
  );
  const [rows = 0, depth = 0] = lastTwo(a, transposeA);
  const [, columns = 0] = lastTwo(b, transposeB);
  const inFours = (transposeA ? rows : depth) % 4 === 0 && columns % 4 === 0;
  const large = rows >= FEWEST && columns >= FEWEST;
  if (!single || !inFours || !large || !fitsTiles(backend, rows)) return null;
  const ordered = transposeB
    ? runKernel(tf, backend, 'Transpose', { x: seenAs(b, [columns, depth]) }, { perm: [1, 0] })
    : b;
  const product = runTiledProduct(
    backend,
    {
      name: `mat_mul_${transposeA}`,
      rows,
      columns,
      depth,
      groups: 1,
      epilogue,
      aAlong: transposeA ? 'rows' : 'depth',
      variables: [
        { name: 'A', component: 4 },
        { name: 'B', component: 4 },
      ],
      code: read(transposeA ? 'k * uniforms.outShape[1] + row.m' : 'row.m * uniforms.depth + k'),
    },
    [a, ordered],
  );
  if (transposeB) backend.disposeData(ordered.dataId);
  const outer = a.shape.length >= b.shape.length ? a.shape : b.shape;
  return seenAs(product, [...outer.slice(0, -2), rows, columns]);
}

function lastTwo({ shape }: TensorInfo, transposed: boolean): number[] {
  const [first, second] = shape.slice(-2) as [number, number];
  return transposed ? [second, first] : [first, second];
}

/** Zeros outside; `at` is the place of A[row, k] in memory. */
const read = (at: string) => `
    struct Row { m : i32 }

    fn rowOf(m : i32) -> Row {
      return Row(m);
    }

    fn readA(row : Row, k : i32) -> vec4<f32> {
      if (row.m < uniforms.outShape[1] && k < uniforms.depth) {
        return A[(${at}) / 4];
      }
      return vec4<f32>(0.0);
    }

    fn readB(k : i32, n : i32) -> vec4<f32> {
      if (k < uniforms.depth && n < uniforms.columns) {
        return B[(k * uniforms.columns + n) / 4];
      }
      return vec4<f32>(0.0);
    }`;
