import { openCpu } from '../cpu/open-cpu.js';
import { type BackendName, parseBackendName } from '../selection/backend-name.js';
import {
  type Candidate,
  firstThatWorks,
  type Selection,
  type SelectOptions,
} from '../selection/select.js';
import { startWasm } from '../wasm/start-wasm.js';
import { findAdapter, isSoftwareName } from '../webgpu/adapter.js';
import { openOnce } from '../webgpu/open-once.js';
import type { Gpu } from '../webgpu/webgpu-types.js';
import { startHeapThread } from './heap-thread.js';
import { loadTf } from './load-tf.js';

/** The backends a page can have, best first. */
export const BROWSER_BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

/**
 * Chooses and prepares the best backend of this browser: webgpu, webgl, wasm, cpu.
 *
 * Each backend is a chunk of its own that loads only when it is tried; the WebGPU adapter is probed
 * before. WebGPU is opened once in a page, and anew after its device was lost. A software adapter is taken
 * only when asked for. A page that serves the .wasm files from elsewhere calls `setWasmPaths` of
 * @tensorflow/tfjs-backend-wasm first.
 * Throws an Error in one line for an unknown name, and when the required backend does not work.
 */
export async function selectBackend(options: SelectOptions = {}): Promise<Selection> {
  const wanted = options.require ?? options.prefer;
  const required = options.require !== undefined;
  const name = wanted || required ? parseBackendName(wanted ?? '', BROWSER_BACKENDS) : undefined;
  return firstThatWorks(browserCandidates(name), { name, required });
}

const openWebgpuOnce = /* @__PURE__ */ openOnce();

function browserCandidates(asked: BackendName | undefined): readonly Candidate[] {
  return [
    {
      name: 'webgpu',
      label: 'WebGPU',
      open: () => openWebgpuOnce(() => openBrowserWebgpu(asked === 'webgpu')),
    },
    { name: 'webgl', label: 'WebGL', open: () => openWebgl(asked === 'webgl') },
    { name: 'wasm', label: 'WebAssembly', open: openWasm },
    { name: 'cpu', label: 'plain JavaScript', open: openPlain },
  ];
}

async function openBrowserWebgpu(allowSoftware: boolean) {
  const { gpu } = globalThis.navigator as { gpu?: Gpu };
  const adapter = await findAdapter(gpu, allowSoftware);
  const tf = await loadTf();
  const [webgpu, { openWebgpu }, { tileSource }] = await Promise.all([
    import('@tensorflow/tfjs-backend-webgpu'),
    import('../webgpu/open-webgpu.js'),
    import('./tile-cache.js'),
    import('@tensorflow/tfjs-backend-cpu'),
  ]);
  return { tf, device: `${await openWebgpu(tf, adapter, webgpu, tileSource)}, WebGPU` };
}

async function openWebgl(allowSoftware: boolean) {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) throw new Error('WebGL 2 is not available in this browser');
  const details = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(details?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  if (!allowSoftware && isSoftwareName(renderer)) {
    throw new Error(`WebGL here is a software one (${renderer})`);
  }
  const tf = await loadTf();
  await import('@tensorflow/tfjs-backend-webgl');
  if (!(await tf.setBackend('webgl'))) throw new Error('the WebGL backend does not start');
  if (!tf.env().getBool('WEBGL_RENDER_FLOAT32_CAPABLE')) {
    throw new Error(`${renderer} computes in 16 bits only, too few for this network`);
  }
  return { tf, device: `${renderer}, WebGL` };
}

async function openWasm() {
  const tf = await loadTf();
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  await startWasm(tf, startHeapThread);
  const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'SIMD' : 'without SIMD';
  const threads = wasm.getThreadsCount();
  const count = threads > 1 ? `${threads} threads` : '1 thread';
  return { tf, device: `this processor, WebAssembly ${simd}, ${count}` };
}

async function openPlain() {
  const tf = await loadTf();
  await import('@tensorflow/tfjs-backend-cpu');
  await openCpu(tf);
  return { tf, device: 'this processor, plain JavaScript' };
}
