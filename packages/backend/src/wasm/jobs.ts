import { memoryOf, type WasmBackend } from './heap.js';
import { type HeapProgram, heapProgram } from './heap-kernels.js';

/** Starts one thread that calls `work` of the program's kernels with these numbers. */
export type StartThread = (
  program: Pick<HeapProgram, 'code' | 'memory'>,
  job: number,
  thread: number,
) => void;

/** Rows of x by a matrix w, both float32 at their addresses in bytes: y = max(x w + bias, lowest). */
interface Product {
  /** [k, n], n a multiple of 8. */
  readonly w: number;
  /** [n], or 0 for none. */
  readonly bias: number;
  /** [rows, n]. */
  readonly y: number;
  readonly rows: number;
  readonly n: number;
  readonly lowest: number;
}

/** Every row of x is so many lines of floats, k together, with a step in bytes from one to the next. */
export interface PanelProduct extends Product {
  /** The addresses of the first float of every row. */
  readonly x: number;
  readonly lines: number;
  readonly line: number;
  readonly run: number;
}

/** Few rows [rows, k] added to what y holds; k is a multiple of 4. */
export interface ColumnProduct extends Pick<Product, 'w' | 'y' | 'rows' | 'n'> {
  readonly x: number;
  readonly k: number;
}

/** Words of a job's record; heap-kernels.wat says what stands where. */
const WORDS = 16;
const BYTES = 4;
/** Columns of a panel. Source: heap-kernels.wat. */
const PANEL = 8;
/** Columns of a unit of few rows: 4 KiB, so that the rows of y stay in the first-level cache. */
const MOST_COLUMNS = 1024;
const [PANELS, COLUMNS] = [0, 1];

/** Where one program's jobs are written, and how many threads may take their units. */
interface Desk {
  readonly job: number;
  readonly threads: number;
}

const desks = new WeakMap<WebAssembly.Memory, Desk>();

/** Gives the jobs of this backend threads, this one included; without it there is only this one. */
export function openDesk(backend: WasmBackend, threads: number, startThread: StartThread): void {
  const program = heapProgram(backend);
  if (desks.has(program.memory)) return;
  const { job } = deskOf(backend, threads);
  for (let thread = 1; thread < threads; thread++) startThread(program, job, thread);
}

function deskOf({ wasm }: WasmBackend, threads = 1): Desk {
  const memory = memoryOf(wasm);
  let desk = desks.get(memory);
  if (!desk) {
    desk = { job: wasm._malloc(WORDS * BYTES) >>> 0, threads };
    new Int32Array(memory.buffer, desk.job, WORDS).fill(0);
    desks.set(memory, desk);
  }
  return desk;
}

/** Computes y = max(x w + bias, lowest), eight columns after the other. */
export function multiplyPanels(backend: WasmBackend, product: PanelProduct): void {
  const { x, w, bias, y, rows, n, lowest, lines, line, run } = product;
  const { threads } = deskOf(backend);
  const panelBytes = lines * run * PANEL * BYTES;
  const room = backend.wasm._malloc(threads * panelBytes);
  try {
    const numbers = [PANELS, x, w, bias, y, lowest, rows, n * BYTES, lines, line, run, room];
    runJob(backend, [...numbers, panelBytes], n / PANEL);
  } finally {
    backend.wasm._free(room);
  }
}

/** Computes y += x w and reads every float of w once. */
export function addColumns(backend: WasmBackend, { x, w, y, rows, n, k }: ColumnProduct): void {
  const { threads } = deskOf(backend);
  const each = Math.min(MOST_COLUMNS, PANEL * Math.ceil(n / (threads * PANEL)));
  const numbers = [COLUMNS, x, w, 0, y, 0, rows, n * BYTES, k, 0, each * BYTES];
  runJob(backend, numbers, Math.ceil(n / each));
}

/** The record's words from `kind` on; the fifth after it is a float. */
function runJob(backend: WasmBackend, numbers: readonly number[], units: number): void {
  const { kernels, memory } = heapProgram(backend);
  const { job } = deskOf(backend);
  const [kind, x, w, bias, y, lowest, ...rest] = numbers as [number, ...number[]];
  const words = new Int32Array(memory.buffer, job, WORDS);
  words.set([kind, x as number, w as number, bias as number, y as number, 0, ...rest], 3);
  new Float32Array(memory.buffer, job, WORDS)[8] = lowest as number;
  kernels.run(job, units);
}
