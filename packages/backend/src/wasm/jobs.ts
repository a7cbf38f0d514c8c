import { memoryOf, type WasmBackend } from './heap.js';
import { type HeapProgram, heapProgram } from './heap-kernels.js';

/** Starts one thread that calls `work` of the program's kernels with these numbers. */
export type StartThread = (
  program: Pick<HeapProgram, 'code' | 'memory'>,
  job: number,
  thread: number,
) => void;

/** What a job computes. Source: the table of heap-kernels.wat, which says of each what its words are. */
const KINDS = [
  'panels',
  'columns',
  'columnsOfOne',
  'raise',
  'maxima',
  'norm',
  'normGradient',
] as const;

export type JobKind = (typeof KINDS)[number];

/** Where in a job's record its kind, the words of its kind and their floats stand, and its length. */
const [KIND, WORDS, FLOATS, LENGTH] = [3, 4, 17, 20];

export const BYTES = 4;

/** What a unit of a job that walks through memory should read: far more than it takes to hand it out. */
const UNIT_BYTES = 2 ** 16;

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
    desk = { job: wasm._malloc(LENGTH * BYTES) >>> 0, threads };
    new Int32Array(memory.buffer, desk.job, LENGTH).fill(0);
    desks.set(memory, desk);
  }
  return desk;
}

/** How many threads compute a job. */
export function threadsOf(backend: WasmBackend): number {
  return deskOf(backend).threads;
}

/** Rows of so many bytes for each unit of a job that walks through memory. */
export function rowsOfUnit(bytes: number): number {
  return Math.max(1, Math.floor(UNIT_BYTES / bytes));
}

/** Computes a job of at least one unit. */
export function runJob(
  backend: WasmBackend,
  kind: JobKind,
  units: number,
  words: readonly number[],
  floats: readonly number[] = [],
): void {
  const { kernels, memory } = heapProgram(backend);
  const { job } = deskOf(backend);
  const record = new Int32Array(memory.buffer, job, LENGTH);
  record[KIND] = KINDS.indexOf(kind);
  record.set(words, WORDS);
  new Float32Array(memory.buffer, job, LENGTH).set(floats, FLOATS);
  kernels.run(job, units);
}

/** Hands `work` the address of so many bytes, which are its own until it returns. */
export function withRoom<T>({ wasm }: WasmBackend, bytes: number, work: (address: number) => T): T {
  const address = wasm._malloc(bytes) >>> 0;
  try {
    return work(address);
  } finally {
    wasm._free(address);
  }
}
