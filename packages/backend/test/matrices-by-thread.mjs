/**
 * A shader that multiplies by whole subgroups as one for devices that cannot: every thread holds whole matrices,
 * in float32, and does all that its subgroup would. Other shaders stay what they are.
 *
 * @param shape `{ m, n, k }` of the matrices
 */
export function byThread(code, { m, n, k }) {
  if (!code.includes('subgroup_matrix')) return code;
  const load = (name, size, columns, tile) => `
    alias ${name} = array<f32, ${size}>;
    fn load${name}_row_major(offset : u32, stride : u32) -> ${name} {
      var all : ${name};
      for (var i = 0u; i < ${size}u; i++) {
        all[i] = ${tile}[offset + i / ${columns}u * stride + i % ${columns}u];
      }
      return all;
    }
    fn load${name}_col_major(offset : u32, stride : u32) -> ${name} {
      var all : ${name};
      for (var i = 0u; i < ${size}u; i++) {
        all[i] = ${tile}[offset + i / ${columns}u + i % ${columns}u * stride];
      }
      return all;
    }`;
  return `${code
    .replace(/^\s*(enable|diagnostic\().*$/gm, '')
    .replace(/alias (Left|Right|Sums) = .*$/gm, '')
    .replace(/f16/g, 'f32')
    .replace(/subgroupMatrixLoad<(Left|Right), (\w+)>\(&tile[AB], /g, 'load$1_$2(')
    .replace(/subgroupMatrixStore<row_major>\(&done, /g, 'storeSums(')
    .replace(/subgroupMatrixMultiplyAccumulate/g, 'addProduct')}
    ${load('Left', m * k, k, 'tileA')}
    ${load('Right', k * n, n, 'tileB')}
    alias Sums = array<f32, ${m * n}>;
    fn addProduct(a : Left, b : Right, c : Sums) -> Sums {
      var left = a;
      var right = b;
      var sums = c;
      for (var i = 0u; i < ${m * n}u; i++) {
        for (var at = 0u; at < ${k}u; at++) {
          sums[i] += left[i / ${n}u * ${k}u + at] * right[at * ${n}u + i % ${n}u];
        }
      }
      return sums;
    }
    fn storeSums(offset : u32, c : Sums, stride : u32) {
      var sums = c;
      if (localId.x != 0u) { return; }
      for (var i = 0u; i < ${m * n}u; i++) {
        done[offset + i / ${n}u * stride + i % ${n}u] = sums[i];
      }
    }`;
}
