import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { type BackendName, selectBackend, setPrecision } from '@alexnet/backend/node';
import { CommandError } from '../failure.js';
import { type ComparedWork, networkWork } from './network-work.js';
import { defaultPeers, type Peer, peerCommands, type Ready, startPeer } from './peer.js';
import type { RuntimeTiming } from './runtime-timing.js';
import { timingOf } from './statistics.js';

/** Thread pools of some runtimes spin on after their work and would slow down the next one. */
const SETTLE_MS = 300;
/** Untimed at the start of a turn: a pause costs more than one small prediction. */
const WAKE_MS = 150;

/**
 * Times this project and its peers in turns, each in a process of its own, so that drift of the
 * machine meets all alike; the order rotates from round to round. Unless peers are named, a runtime meets
 * those of its own kind: on the processor, in WebAssembly, on a GPU. Peers that do not start are named and left out.
 */
export async function comparePeers(
  work: ComparedWork,
  options: {
    readonly backends: readonly BackendName[];
    readonly peers?: readonly string[] | undefined;
    readonly rounds: number;
    readonly python: string;
  },
): Promise<RuntimeTiming[]> {
  const commands = peerCommands(work, options.python);
  const running: Peer[] = [];
  const start = async (names: readonly string[]) => {
    for (const name of names) {
      const command = commands[name];
      if (!command) {
        throw new CommandError(
          'usage',
          `no peer is called ${name}; there are ${Object.keys(commands)}`,
        );
      }
      const peer = await startPeer(name, command, work.spec);
      if (peer) running.push(peer);
    }
  };
  try {
    await start(options.backends);
    const kinds = [...new Set(running.map(({ kind }) => kind))];
    await start(options.peers ?? kinds.flatMap((kind) => defaultPeers(work, kind)));
    const samples = running.map((): number[] => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const turn of running.keys()) {
        const index = (round + turn) % running.length;
        samples[index]?.push(await takeTurn(running[index] as Peer));
      }
    }
    return running.map(({ name, runtime }, index) => ({
      name,
      runtime,
      ...timingOf(samples[index] ?? []),
    }));
  } finally {
    for (const peer of running) peer.stop();
  }
}

async function takeTurn(peer: Peer): Promise<number> {
  await setTimeout(SETTLE_MS);
  for (let awake = 0; awake < WAKE_MS; ) awake += await peer.go();
  return peer.go();
}

/** The other side: this project's runtime in a process of its own, answering lines until stdin ends. */
export async function serveRuntime(work: ComparedWork, backend: string): Promise<void> {
  const { tf, name, device } = await selectBackend({ require: backend });
  setPrecision(tf, work.precision);
  // tfjs-node's backend says where its TensorFlow computes.
  const onCuda = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
  const { run, dispose } = networkWork(tf, work.task, work.spec, work.batch);
  await run();
  const kind = name === 'webgpu' || onCuda ? 'gpu' : name === 'wasm' ? 'wasm' : 'processor';
  const ready: Ready = { ready: `${device}, ${work.precision}`, kind };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  for await (const _ of createInterface({ input: process.stdin })) {
    const start = performance.now();
    await run();
    process.stdout.write(`${performance.now() - start}\n`);
  }
  dispose();
}
