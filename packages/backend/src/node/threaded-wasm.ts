import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { throwIfComplaint } from '../wasm/complaints.js';

/** The Emscripten module as tfjs' BackendWasm expects it. Source: tfjs-backend-wasm/dist/backend_wasm.js. */
interface EmscriptenModule {
  cwrap(name: string, result: 'number' | null, args: readonly string[]): unknown;
  tfjs?: Record<string, unknown>;
}

type Factory = (config: {
  readonly locateFile: (path: string) => string;
  readonly mainScriptUrlOrBlob: string;
  readonly printErr: (line: string) => void;
}) => Promise<EmscriptenModule>;

const NAME = 'tfjs-backend-wasm-threaded-simd';

/**
 * Starts tfjs' threaded WebAssembly module in Node, which tfjs itself does only in browsers.
 *
 * Its Emscripten loader supports Node worker threads; what keeps tfjs from using them is the worker
 * script, which it hands over as a blob URL (tfjs issue 3830). So the loader is run here with the
 * script as the worker's source text. The loader also gets a `process` and a `global` of its own: it
 * would install handlers that turn every uncaught error into a dump of its one-line source. Half of
 * the processors it counts become threads (src/cc/backend.cc), so it is shown twice as many.
 */
export async function startThreadedWasm(folder: string, threads: number): Promise<object> {
  const directory = join(folder, 'wasm-out');
  const script = join(directory, `${NAME}.js`);
  const require = createRequire(script);
  const { wasmWorkerContents } = require(`./${NAME}.worker.js`) as { wasmWorkerContents: string };
  // The text holds real line breaks inside string literals; tfjs escapes them the same way.
  const workerSource = wasmWorkerContents.replaceAll('\n', '\\n');

  let started = false;
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });

  class Thread extends Worker {
    constructor() {
      // Flags of this process must not apply: `--input-type=module` would make the text a module.
      super(workerSource, { eval: true, execArgv: [] });
      super.unref();
      super.on('error', (error: Error) => {
        if (started) throw error;
        fail(error);
      });
    }
    /** A thread that cannot start is a reason to go on with one; the loader would end the program. */
    override on(event: string, listener: (...args: never[]) => void): this {
      return event === 'error' ? this : super.on(event, listener as () => void);
    }
    /** The loader would keep the program alive for as long as a thread exists. */
    override ref(): void {}
  }

  const modules: Readonly<Record<string, unknown>> = {
    os: { cpus: () => Array.from({ length: 2 * threads }) },
    worker_threads: { Worker: Thread },
  };
  const module: { exports: unknown } = { exports: {} };
  const scope: Readonly<Record<string, unknown>> = {
    module,
    exports: module.exports,
    require: (name: string) => modules[name] ?? require(name),
    process: {
      versions: process.versions,
      argv: [],
      hrtime: process.hrtime,
      on: () => undefined,
      listeners: () => [],
      exit: process.exit,
    },
    global: {},
    Worker: Thread,
    __filename: script,
    __dirname: directory,
  };
  // Eight workers are started whatever the number of threads; the others would only take memory.
  const source = readFileSync(script, 'utf8').replace(
    'pthreadPoolSize=8',
    `pthreadPoolSize=${threads - 1}`,
  );
  compileFunction(source, Object.keys(scope), { filename: script })(...Object.values(scope));
  const loading = (module.exports as Factory)({
    locateFile: (path) => join(directory, path),
    mainScriptUrlOrBlob: script,
    printErr: (line) => {
      throwIfComplaint(line);
      process.stderr.write(`${line}\n`);
    },
  });
  const wasm = await Promise.race([loading, failure]);
  started = true;
  wasm.tfjs = {
    init: wasm.cwrap('init', null, []),
    initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: wasm.cwrap('get_threads_count', 'number', []),
    registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: wasm.cwrap('dispose_data', null, ['number']),
    dispose: wasm.cwrap('dispose', null, []),
  };
  return wasm;
}
