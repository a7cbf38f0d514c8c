import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import wabt from 'wabt';

// `vitest -u` writes the file anew after a change of the source.
it('the kernels on tfjs memory are what their source compiles to', async () => {
  const { parseWat } = await wabt();
  const shared = await readFile(new URL('../src/wasm/heap-kernels.wat', import.meta.url), 'utf8');
  const compile = (text: string) => {
    const { buffer } = parseWat('heap-kernels.wat', text, { simd: true, threads: true }).toBinary(
      {},
    );
    return Buffer.from(buffer).toString('base64');
  };
  const plain = shared.replace(' 65536 shared', '');
  expect(plain).not.toBe(shared);
  const file = [
    '/** `heap-kernels.wat`, compiled by wabt for memory of one thread and of several. */',
    'export const HEAP_KERNELS = {',
    '  plain:',
    `    '${compile(plain)}',`,
    '  shared:',
    `    '${compile(shared)}',`,
    '};\n',
  ].join('\n');
  await expect(file).toMatchFileSnapshot('../src/wasm/heap-kernels-wasm.ts');
});
