import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import {
  componentOf,
  conv2dGeometry,
  type Geometry,
  geometryConstants,
  geometryKey,
  isInside,
} from './conv2d-geometry.js';
import { seenAs, type WebgpuBackend } from './program.js';
import { runTiledProduct } from './tiled-product.js';

/**
 * Replaces Conv2DBackpropFilter, for which tfjs 4.22 gives each filter element one thread that walks
 * the whole batch: conv1 of AlexNet has 34,848 of them with 387,200 steps each at batch 128. Adds
 * AlexNetGroupedConv2DBackpropFilter.
 *
 * dW[(i, j, c), n] = Σ over k of x[patch of k at (i, j, c)] dy[k, n], for each group a product of
 * [kh kw cin, pixels] and [pixels, cout] where k counts the output pixels of the batch. Neighbors
 * along (j, c) and along n are neighbors in memory. NHWC without dilation.
 */
export function registerConv2DBackpropFilter(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Conv2DBackpropFilter', ({ inputs, attrs, backend, fallBack }) => {
    const { x, dy } = inputs;
    const { filterShape } = attrs;
    const geometry = conv2dGeometry(tf, x.shape, filterShape, attrs);
    return geometry ? gradient(backend, x, dy, geometry, filterShape) : fallBack();
  });
  registerKernel(tf, 'webgpu', 'AlexNetGroupedConv2DBackpropFilter', (run) => {
    const { x, dy } = run.inputs;
    const { filterShape } = run.attrs;
    const geometry = conv2dGeometry(tf, x.shape, filterShape, run.attrs) as Geometry;
    return gradient(run.backend, x, dy, geometry, filterShape);
  });
}

function gradient(
  backend: WebgpuBackend,
  x: TensorInfo,
  dy: TensorInfo,
  geometry: Geometry,
  filterShape: readonly number[],
): TensorInfo {
  const { inChannels, outChannels, groups, filterHeight, filterWidth } = geometry;
  const [ofX, ofDy] = [componentOf(inChannels / groups), componentOf(outChannels / groups)];
  const product = runTiledProduct(
    backend,
    {
      name: `filter_grad_${ofX}_${ofDy}_${geometryKey(geometry)}`,
      rows: (filterHeight * filterWidth * inChannels) / groups,
      columns: outChannels / groups,
      depth: geometry.batchSize * geometry.outHeight * geometry.outWidth,
      groups,
      aAlong: 'rows',
      variables: [
        { name: 'x', component: ofX },
        { name: 'dy', component: ofDy },
      ],
      code: [geometryConstants(geometry), readPatch(ofX, isInside(geometry)), readDy(ofDy)].join(
        '\n',
      ),
    },
    [x, dy],
  );
  return seenAs(product, filterShape);
}

/**
 * A row of A is a place (i, j, c) in the window; four rows differ in c alone where channels come in fours.
 * Where every window lies on the map, a row of the window is a run in memory and nothing is tested:
 * RGB is read as fast as its neighbors come.
 */
function readPatch(component: 1 | 4, isOnMap: boolean): string {
  const lanes = [0, 1, 2, 3];
  const one = (i: number) => {
    const load = `value[${i}] = x[base + row.offset[${i}]];`;
    return isOnMap ? load : `if (inside(y + row.y[${i}], x0 + row.x[${i}])) { ${load} }`;
  };
  const four = 'value = x[(base + row.offset.x) / 4];';
  const first = isOnMap ? four : `if (inside(y + row.y.x, x0 + row.x.x)) { ${four} }`;
  return `
    const rows = filterHeight * filterWidth * inGroup;
    struct Row { offset : vec4<i32>, y : vec4<i32>, x : vec4<i32> }

    fn rowOf(m : i32) -> Row {
      // Rows below the window repeat its first: they are not written.
      let asked = vec4<i32>(m, m + 1, m + 2, m + 3);
      let place = select(asked, vec4<i32>(0), asked >= vec4<i32>(rows));
      let pixel = place / inGroup;
      let y = pixel / filterWidth;
      let x = pixel % filterWidth;
      let offset = (y * inWidth + x) * inChannels + group * inGroup + place % inGroup;
      return Row(offset, y, x);
    }

    fn readA(row : Row, k : i32) -> vec4<f32> {
      var value = vec4<f32>(0.0);
      if (k < uniforms.depth) {
        let line = k / outWidth;
        let y = (line % outHeight) * strideHeight - top;
        let x0 = (k % outWidth) * strideWidth - left;
        let base = (((line / outHeight) * inHeight + y) * inWidth + x0) * inChannels;
        ${component === 4 ? first : lanes.map(one).join('\n')}
      }
      return value;
    }

    fn inside(y : i32, x : i32) -> bool {
      return y >= 0 && y < inHeight && x >= 0 && x < inWidth;
    }`;
}

function readDy(component: 1 | 4): string {
  const lanes = [0, 1, 2, 3];
  return `
    fn readB(k : i32, n : i32) -> vec4<f32> {
      var value = vec4<f32>(0.0);
      if (k < uniforms.depth && n < outGroup) {
        let at = k * outChannels + group * outGroup + n;
        ${
          component === 4
            ? 'value = dy[at / 4];'
            : lanes
                .map((i) => `if (n + ${i} < outGroup) { value[${i}] = dy[at + ${i}]; }`)
                .join('\n')
        }
      }
      return value;
    }`;
}
