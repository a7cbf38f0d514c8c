import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  componentOf,
  type Geometry,
  geometryConstants,
  geometryKey,
  isInside,
} from './conv2d-geometry.js';
import type { Epilogue } from './epilogue.js';
import { seenAs, type WebgpuBackend } from './program.js';
import { fitsTiles, runTiledProduct } from './tiled-product.js';

/** Whether {@link tiledConv2d} can be started: its tiles are within the device's limit. */
export function fitsConv2d(
  backend: WebgpuBackend,
  { batchSize, outHeight, outWidth }: Geometry,
): boolean {
  return fitsTiles(backend, batchSize * outHeight * outWidth);
}

/**
 * Convolution as a product of [pixels, kh kw cin] and [kh kw cin, cout] for each group, the patches
 * read in place.
 *
 * @param x `[batch, height, width, in]`, @param filter `[kh, kw, in / groups, out]`, float32.
 * @param spread Distance of the pixels of x on a map of zeros, which the window walks over by one: the
 * gradient of a convolution with strides.
 * @returns `[batch, out height, out width, out]`, to be disposed by the caller.
 */
export function tiledConv2d(
  backend: WebgpuBackend,
  x: TensorInfo,
  filter: TensorInfo,
  geometry: Geometry,
  epilogue: Epilogue = {},
  spread: readonly [height: number, width: number] = [1, 1],
): TensorInfo {
  const { batchSize, outHeight, outWidth, outChannels, inChannels, groups } = geometry;
  const ofX = componentOf(inChannels / groups);
  const ofW = componentOf(outChannels / groups);
  const reading = isInside(geometry) && spread.every((distance) => distance === 1);
  const product = runTiledProduct(
    backend,
    {
      name: `conv2d_${ofX}_${ofW}_${spread.join('_')}_${geometryKey(geometry)}`,
      rows: batchSize * outHeight * outWidth,
      columns: outChannels / groups,
      depth: (geometry.filterHeight * geometry.filterWidth * inChannels) / groups,
      groups,
      aAlong: 'depth',
      variables: [
        { name: 'x', component: ofX },
        { name: 'W', component: ofW },
      ],
      epilogue,
      code: [
        geometryConstants(geometry),
        `const spreadHeight = ${spread[0]}; const spreadWidth = ${spread[1]};`,
        rows,
        ofX === 4 ? readFour : readOneByOne(reading),
        readFilter(ofW),
      ].join('\n'),
    },
    [x, filter],
  );
  return seenAs(product, [batchSize, outHeight, outWidth, outChannels]);
}

const rows = `
    struct Row { image : i32, y : i32, x : i32 }

    fn rowOf(m : i32) -> Row {
      let line = m / outWidth;
      let y = (line % outHeight) * strideHeight - top;
      let x = (m % outWidth) * strideWidth - left;
      // A row below the last pixel is outside of every map.
      let isBelow = m >= uniforms.outShape[1];
      return Row(select(line / outHeight, 0, isBelow), select(y, -1000000, isBelow), x);
    }

    fn isOnMap(y : i32, x : i32) -> bool {
      return y >= 0 && y < inHeight * spreadHeight && x >= 0 && x < inWidth * spreadWidth &&
          y % spreadHeight == 0 && x % spreadWidth == 0;
    }

    fn placeOf(row : Row, y : i32, x : i32) -> i32 {
      let line = row.image * inHeight + y / spreadHeight;
      return (line * inWidth + x / spreadWidth) * inChannels + group * inGroup;
    }`;

const readFour = `
    fn readA(row : Row, k : i32) -> vec4<f32> {
      let pixel = k / inGroup;
      let y = row.y + pixel / filterWidth;
      let x0 = row.x + pixel % filterWidth;
      if (k < uniforms.depth && isOnMap(y, x0)) {
        return x[(placeOf(row, y, x0) + k % inGroup) / 4];
      }
      return vec4<f32>(0.0);
    }`;

/**
 * Channels not in fours, RGB: where every window lies on the map, a row of the window is a run in memory
 * and needs no test but the end of the sum.
 */
function readOneByOne(isOnMap: boolean): string {
  const lanes = [0, 1, 2, 3];
  if (isOnMap) {
    return `
    fn readA(row : Row, k : i32) -> vec4<f32> {
      var value = vec4<f32>(0.0);
      if (row.y < 0) { return value; }
      let base = placeOf(row, row.y, row.x);
      let places = vec4<i32>(k, k + 1, k + 2, k + 3);
      let pixels = places / inGroup;
      let offsets = ((pixels / filterWidth) * inWidth + pixels % filterWidth) * inChannels +
          places % inGroup;
      ${lanes.map((i) => `if (k + ${i} < uniforms.depth) { value[${i}] = x[base + offsets[${i}]]; }`).join('\n')}
      return value;
    }`;
  }
  return `
    fn readOne(row : Row, k : i32) -> f32 {
      let pixel = k / inGroup;
      let y = row.y + pixel / filterWidth;
      let x0 = row.x + pixel % filterWidth;
      if (k < uniforms.depth && isOnMap(y, x0)) {
        return x[placeOf(row, y, x0) + k % inGroup];
      }
      return 0.0;
    }

    fn readA(row : Row, k : i32) -> vec4<f32> {
      return vec4<f32>(${lanes.map((i) => `readOne(row, k + ${i})`).join(', ')});
    }`;
}

function readFilter(component: 1 | 4): string {
  const lanes = [0, 1, 2, 3];
  return `
    fn readB(k : i32, n : i32) -> vec4<f32> {
      var value = vec4<f32>(0.0);
      if (k < uniforms.depth && n < outGroup) {
        let at = k * outChannels + group * outGroup + n;
        ${
          component === 4
            ? 'value = W[at / 4];'
            : lanes
                .map((i) => `if (n + ${i} < outGroup) { value[${i}] = W[at + ${i}]; }`)
                .join('\n')
        }
      }
      return value;
    }`;
}
