import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Geometry, geometryConstants, geometryKey } from './conv2d-geometry.js';
import { seenAs, type WebgpuBackend } from './program.js';
import { fitsTiles, runTiledProduct } from './tiled-product.js';

/**
 * Whether {@link tiledConv2d} takes this convolution: channels in fours, at least so many output pixels
 * in the batch, and their tiles within the device's limit.
 */
export function takesConv2d(
  backend: WebgpuBackend,
  geometry: Geometry & { readonly batchSize: number },
  fewestPixels: number,
): boolean {
  const { inChannels, outChannels, batchSize, outHeight, outWidth } = geometry;
  const pixels = batchSize * outHeight * outWidth;
  return (
    pixels >= fewestPixels &&
    inChannels % 4 === 0 &&
    outChannels % 4 === 0 &&
    fitsTiles(backend, pixels)
  );
}

/**
 * Convolution as a product of [pixels, kh kw cin] and [kh kw cin, cout], the patches read in place.
 *
 * @param x `[batch, height, width, cin]`, @param filter `[kh, kw, cin, cout]`, float32.
 * @returns `[batch, out height, out width, cout]`, to be disposed by the caller.
 */
export function tiledConv2d(
  backend: WebgpuBackend,
  x: TensorInfo,
  filter: TensorInfo,
  geometry: Geometry & { readonly batchSize: number },
): TensorInfo {
  const { batchSize, outHeight, outWidth, outChannels, inChannels } = geometry;
  const product = runTiledProduct(
    backend,
    {
      name: `conv2d_${geometryKey(geometry)}`,
      rows: batchSize * outHeight * outWidth,
      columns: outChannels,
      depth: geometry.filterHeight * geometry.filterWidth * inChannels,
      aAlong: 'depth',
      variables: [
        { name: 'x', component: 4 },
        { name: 'W', component: 4 },
      ],
      code: `${geometryConstants(geometry)}\n${read}`,
    },
    [x, filter],
  );
  return seenAs(product, [batchSize, outHeight, outWidth, outChannels]);
}

const read = `
    struct Row { base : i32, y : i32, x : i32 }

    fn rowOf(m : i32) -> Row {
      let line = m / outWidth;
      let y = (line % outHeight) * strideHeight - top;
      let x = (m % outWidth) * strideWidth - left;
      let base = (((line / outHeight) * inHeight + y) * inWidth + x) * inChannels;
      // A row below the last pixel is outside of every map.
      return Row(base, select(y, -1000000, m >= uniforms.outShape[1]), x);
    }

    fn readA(row : Row, k : i32) -> vec4<f32> {
      let pixel = k / inChannels;
      let y = pixel / filterWidth;
      let x0 = pixel % filterWidth;
      let at = row.base + (y * inWidth + x0) * inChannels + k % inChannels;
      if (k < uniforms.depth && row.y + y >= 0 && row.y + y < inHeight &&
          row.x + x0 >= 0 && row.x + x0 < inWidth) {
        return x[at / 4];
      }
      return vec4<f32>(0.0);
    }

    fn readB(k : i32, n : i32) -> vec4<f32> {
      if (k < uniforms.depth && n < outChannels) {
        return W[(k * outChannels + n) / 4];
      }
      return vec4<f32>(0.0);
    }`;
