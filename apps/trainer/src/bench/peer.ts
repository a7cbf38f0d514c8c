import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NetworkSpec } from '@alexnet/model';
import { CommandError } from '../failure.js';
import { say } from '../say.js';
import type { ComparedWork } from './network-work.js';

/** One runtime in a process of its own. */
export interface Peer {
  readonly name: string;
  /** Library and version in words. */
  readonly runtime: string;
  readonly kind: RuntimeKind;
  /** Does the work once and says how many milliseconds it took. */
  readonly go: () => Promise<number>;
  readonly stop: () => void;
}

/** The first line of a started runtime. */
export interface Ready {
  /** Library and version in words. */
  readonly ready: string;
  /** The processor when left out. */
  readonly kind?: RuntimeKind;
}

/** Where a runtime computes. */
export type RuntimeKind = 'processor' | 'gpu' | 'wasm';

/** What a runtime of such a kind is compared with unless peers are named. */
export function defaultPeers(
  { task, precision }: Pick<ComparedWork, 'task' | 'precision'>,
  kind: RuntimeKind,
): readonly string[] {
  if (kind === 'wasm') return task === 'predict' ? ['onnxruntime-web'] : [];
  const gpu = kind === 'gpu';
  const torch = Object.entries(TORCH_PEERS).filter(
    ([, [, device, computed]]) =>
      (device === 'cuda') === gpu && (gpu || (computed === 'bf16') === (precision === 'bf16')),
  );
  const names = torch.map(([name]) => name);
  if (gpu) return names;
  const others = precision === 'bf16' ? ['tf-function-bf16'] : ['keras', 'tf-function'];
  return [...names, ...others, ...(task === 'predict' ? ['onnxruntime'] : [])];
}

/** Layout, device and precision of PyTorch's peers. */
const TORCH_PEERS = {
  'torch-nchw': ['nchw', 'cpu', 'fp32'],
  'torch-channels-last': ['channels_last', 'cpu', 'fp32'],
  'torch-bf16-nchw': ['nchw', 'cpu', 'bf16'],
  'torch-bf16-channels-last': ['channels_last', 'cpu', 'bf16'],
  'torch-cuda-nchw': ['nchw', 'cuda', 'fp32'],
  'torch-cuda-channels-last': ['channels_last', 'cuda', 'fp32'],
  'torch-cuda-tf32-nchw': ['nchw', 'cuda', 'tf32'],
  'torch-cuda-tf32-channels-last': ['channels_last', 'cuda', 'tf32'],
  'torch-cuda-bf16-nchw': ['nchw', 'cuda', 'bf16'],
  'torch-cuda-bf16-channels-last': ['channels_last', 'cuda', 'bf16'],
  'torch-cuda-fp16-nchw': ['nchw', 'cuda', 'fp16'],
  'torch-cuda-fp16-channels-last': ['channels_last', 'cuda', 'fp16'],
} as const;

/** Program and arguments of everything that can be compared, by name. */
export function peerCommands(
  { task, spec, batch, precision }: ComparedWork,
  python: string,
): Readonly<Record<string, readonly [string, ...string[]]>> {
  const peers = peersFolder();
  const script = (name: string) => join(peers, name);
  const cli = process.argv[1] ?? '';
  const own = (backend: string) =>
    [
      process.execPath,
      cli,
      ...['bench', 'runtime', task, '--backend', backend],
      ...['--preset', spec.preset, '--batch', String(batch), '--precision', precision],
    ] as const;
  const more = [task, String(batch)] as const;
  const tensorflow = (computed: string) =>
    [python, script('tf_peer.py'), ...more, computed] as const;
  const onnx = (runtime: string) =>
    [process.execPath, script('onnxruntime.mjs'), runtime, String(batch)] as const;
  const inChromium = (runtime: string) =>
    [process.execPath, script('chromium.mjs'), runtime, String(batch)] as const;
  return {
    tensorflow: own('tensorflow'),
    webgpu: own('webgpu'),
    wasm: own('wasm'),
    cpu: own('cpu'),
    ...Object.fromEntries(
      Object.entries(TORCH_PEERS).map(([name, how]) => [
        name,
        [python, script('torch_peer.py'), ...more, ...how] as const,
      ]),
    ),
    'tf-function': tensorflow('fp32'),
    'tf-function-bf16': tensorflow('bf16'),
    keras: [python, script('keras_peer.py'), ...more],
    ...(task === 'predict'
      ? {
          onnxruntime: onnx('onnxruntime-node'),
          'onnxruntime-web': onnx('onnxruntime-web'),
          'chromium-wasm': inChromium('wasm'),
          'chromium-onnxruntime-web': inChromium('onnxruntime-web'),
        }
      : {}),
  };
}

/** Starts one and waits until it has done the work once; says why and gives nothing when it cannot. */
export async function startPeer(
  name: string,
  [program, ...args]: readonly [string, ...string[]],
  spec: NetworkSpec,
): Promise<Peer | undefined> {
  const env = { ...process.env, ALEXNET_BENCH_SPEC: JSON.stringify(spec) };
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.on('error', (error) => {
    errors += error.message;
  });
  // A peer that died is noticed by its missing answer.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? undefined : String(value);
  };
  for (;;) {
    const line = await next();
    if (line === undefined) {
      say(`${name} left out: ${whyIn(errors)}`);
      return undefined;
    }
    if (!line.startsWith('{')) continue;
    const { ready, kind = 'processor' } = JSON.parse(line) as Ready;
    const go = async () => {
      child.stdin.write('go\n');
      const milliseconds = Number((await next()) ?? Number.NaN);
      if (Number.isNaN(milliseconds)) throw new Error(`${name} stopped: ${errors.trim()}`);
      return milliseconds;
    };
    return { name, runtime: ready, kind, go, stop: () => child.stdin.end() };
  }
}

/** The line of a traceback that says why: the last one in Python, in Node the one with the error's name. */
function whyIn(errors: string): string {
  const lines = errors.trim().split('\n').reverse();
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? (lines[0] || 'it does not start');
}

/** `bench/peers` of the repository this program lies in. */
export function peersFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'bench', 'peers');
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) {
      throw new CommandError(
        'usage',
        '--compare needs bench/peers of the repository, which is not here',
      );
    }
  }
}
