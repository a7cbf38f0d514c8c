import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import wabt from 'wabt';

// `vitest -u` writes the file anew after a change of the source.
it('the kernels on tfjs memory are what their source compiles to', async () => {
  const { parseWat } = await wabt();
  const shared = await readFile(new URL('../src/wasm/heap-kernels.wat', import.meta.url), 'utf8');
  const replaced = (text: string, what: string | RegExp, by: string) => {
    const result = text.replaceAll(what, by);
    expect(result).not.toBe(text);
    return result;
  };
  const forOneThread = (text: string) => replaced(text, ' 65536 shared', '');
  // A sum and a product become one instruction, which rounds once.
  const relaxed = replaced(
    shared,
    /\(f32x4\.add (\(local\.get [^)]+\)) \(f32x4\.mul (\(local\.get [^)]+\)) (\(local\.get [^)]+\))\)\)/g,
    '(f32x4.relaxed_madd $2 $3 $1)',
  );
  const compile = (text: string) => {
    const features = { simd: true, threads: true, relaxed_simd: true };
    const module = parseWat('heap-kernels.wat', text, features);
    // Its types leave the features out.
    Reflect.apply(module.validate, module, [features]);
    const { buffer } = module.toBinary({});
    return Buffer.from(buffer).toString('base64');
  };
  const file = [
    '/** `heap-kernels.wat`, compiled by wabt for memory of one thread and of several. */',
    'export const HEAP_KERNELS = {',
    ...Object.entries({
      plain: forOneThread(shared),
      shared,
      plainRelaxed: forOneThread(relaxed),
      sharedRelaxed: relaxed,
    }).flatMap(([name, text]) => [`  ${name}:`, `    '${compile(text)}',`]),
    '};\n',
  ].join('\n');
  await expect(file).toMatchFileSnapshot('../src/wasm/heap-kernels-wasm.ts');
});
