import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const program = require.resolve(
  '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js',
);
const thread: {
  readonly wasmWorkerContents: string;
} = require('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js');

/**
 * Gives the threads of tfjs-backend-wasm files of their own. tfjs makes them from blobs, which the
 * page's policy forbids, and from the text of a function, which a bundler has rewritten. Its program
 * takes at most half of the cores it is told of, whatever is asked of it: it is told of twice as many.
 */
export function wasmThreads(): Plugin {
  return {
    name: 'alexnet-wasm-threads',
    apply: 'build',
    transform(code, id) {
      if (/tfjs-backend-wasm-threaded-simd\.js$/.test(id)) {
        return replaced(
          code,
          /navigator\["hardwareConcurrency"\]/,
          '2*navigator.hardwareConcurrency',
        );
      }
      if (!/tfjs-backend-wasm\/dist\/backend_wasm\.js$/.test(id)) return null;
      const file = (name: string, source: string) =>
        `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name, source })}`;
      // The template that holds it has made its line breaks real ones, as tfjs has it too.
      const lines = thread.wasmWorkerContents.replaceAll('\n', '\\n');
      const first = replaced(code, /URL\.createObjectURL\(blob\)/, file('wasm-thread.js', lines));
      return replaced(
        first,
        /new Blob\(\[`var WasmBackendModuleThreadedSimd = ` \+\s+wasmFactoryThreadedSimd\.toString\(\)\], \{ type: 'text\/javascript' \}\)/,
        file('wasm-program.js', readFileSync(program, 'utf8')),
      );
    },
  };
}

function replaced(code: string, what: RegExp, by: string): string {
  if (!what.test(code)) throw new Error(`tfjs-backend-wasm has changed: no ${what} in it.`);
  return code.replace(what, () => by);
}
