import { registerKernel } from '../../kernels/register-kernel.js';
import type { Tf } from '../../selection/tf.js';
import { conv2dGeometry, geometryConstants, geometryKey } from './conv2d-geometry.js';
import { seenAs } from './program.js';
import { runTiledProduct } from './tiled-product.js';

/**
 * Replaces Conv2DBackpropFilter, for which tfjs 4.22 gives each filter element one thread that walks
 * the whole batch: conv1 of AlexNet has 34,848 of them with 387,200 steps each at batch 128.
 *
 * dW[(i, j, c), n] = Σ over k of x[patch of k at (i, j, c)] dy[k, n], a product of
 * [kh kw cin, pixels] and [pixels, cout] where k counts the output pixels of the batch. Neighbors
 * along (j, c) and along n are neighbors in memory. NHWC without dilation.
 */
export function registerConv2DBackpropFilter(tf: Tf): void {
  registerKernel(tf, 'webgpu', 'Conv2DBackpropFilter', ({ inputs, attrs, backend, fallBack }) => {
    const { x, dy } = inputs;
    const { filterShape } = attrs;
    const geometry = conv2dGeometry(tf, x.shape, filterShape, attrs);
    if (!geometry) return fallBack();
    const { inChannels, outChannels, filterHeight, filterWidth, outHeight, outWidth } = geometry;
    const [ofX, ofDy] = [inChannels % 4 === 0 ? 4 : 1, outChannels % 4 === 0 ? 4 : 1] as const;
    const product = runTiledProduct(
      backend,
      {
        name: `filter_grad_${ofX}_${ofDy}_${geometryKey(geometry)}`,
        rows: filterHeight * filterWidth * inChannels,
        columns: outChannels,
        depth: geometry.batchSize * outHeight * outWidth,
        aAlong: 'rows',
        variables: [
          { name: 'x', component: ofX },
          { name: 'dy', component: ofDy },
        ],
        code: `${geometryConstants(geometry)}\n${readPatch(ofX)}\n${readDy(ofDy)}`,
      },
      [x, dy],
    );
    return seenAs(product, filterShape);
  });
}

/** A row of A is a place (i, j, c) in the window; four rows differ in c alone where cin divides by 4. */
function readPatch(component: 1 | 4): string {
  const lanes = [0, 1, 2, 3];
  return `
    const rows = filterHeight * filterWidth * inChannels;
    struct Row { offset : vec4<i32>, y : vec4<i32>, x : vec4<i32> }

    fn rowOf(m : i32) -> Row {
      let place = vec4<i32>(m, m + 1, m + 2, m + 3);
      let pixel = place / inChannels;
      let y = pixel / filterWidth;
      let x = pixel % filterWidth;
      let offset = (y * inWidth + x) * inChannels + place % inChannels;
      // A place below the window is outside of every map.
      return Row(offset, select(y, vec4<i32>(-1000000), place >= vec4<i32>(rows)), x);
    }

    fn readA(row : Row, k : i32) -> vec4<f32> {
      var value = vec4<f32>(0.0);
      if (k < uniforms.depth) {
        let line = k / outWidth;
        let y = (line % outHeight) * strideHeight - top;
        let x0 = (k % outWidth) * strideWidth - left;
        let base = (((line / outHeight) * inHeight + y) * inWidth + x0) * inChannels;
        ${
          component === 4
            ? `if (inside(y + row.y.x, x0 + row.x.x)) { value = x[(base + row.offset.x) / 4]; }`
            : lanes
                .map(
                  (i) =>
                    `if (inside(y + row.y[${i}], x0 + row.x[${i}])) { value[${i}] = x[base + row.offset[${i}]]; }`,
                )
                .join('\n')
        }
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
      if (k < uniforms.depth) {
        let at = k * outChannels + n;
        ${
          component === 4
            ? 'if (n < outChannels) { value = dy[at / 4]; }'
            : lanes
                .map((i) => `if (n + ${i} < outChannels) { value[${i}] = dy[at + ${i}]; }`)
                .join('\n')
        }
      }
      return value;
    }`;
}
