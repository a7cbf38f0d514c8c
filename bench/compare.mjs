// Times this project and its peers in turns, so that drift of the machine meets all alike.
//
//   node bench/compare.mjs TASK BATCH [ROUNDS] [--python PATH] [--csv FILE] [--only NAME,NAME]
//   TASK: train | predict.  Python needs torch, keras and tensorflow-cpu; absent peers are left out.
//
// One row per engine: median, fastest and slowest milliseconds, images per second, ratio of medians to ours.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const SETTLE_MS = 300;
const WAKE_MS = 150;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    csv: { type: 'string' },
    only: { type: 'string' },
  },
});
const [task = 'train', batch = '128', rounds = '5'] = positionals;
const here = import.meta.dirname;

const peers = {
  tensorflow: ['node', `${here}/engine.mjs`, task, batch, 'tensorflow'],
  wasm: ['node', `${here}/engine.mjs`, task, batch, 'wasm'],
  'torch-nchw': [values.python, `${here}/peers/torch_peer.py`, task, batch, 'nchw'],
  'torch-channels-last': [
    values.python,
    `${here}/peers/torch_peer.py`,
    task,
    batch,
    'channels_last',
  ],
  keras: [values.python, `${here}/peers/keras_peer.py`, task, batch],
  ...(task === 'predict' ? { onnxruntime: ['node', `${here}/peers/onnxruntime.mjs`, batch] } : {}),
};
const chosen = values.only?.split(',') ?? Object.keys(peers).filter((name) => name !== 'wasm');

const running = [];
for (const name of chosen) {
  const peer = await start(name, peers[name]);
  if (peer) running.push(peer);
}
for (let round = 0; round < Number(rounds); round++) {
  for (const [turn] of running.entries()) {
    const peer = running[(round + turn) % running.length];
    // Thread pools of some engines spin on after their work and would slow down the next one.
    await setTimeout(SETTLE_MS);
    // Then the peer's own threads are woken: a pause costs more than one small prediction.
    for (let awake = 0; awake < WAKE_MS; ) awake += await peer.go();
    peer.times.push(await peer.go());
  }
}
for (const peer of running) peer.stop();

const stats = running.map(({ name, engine, times }) => {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return { name, engine, median, fastest: sorted[0], slowest: sorted.at(-1) };
});
const ours = stats[0];
const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus()[0].model.trim()} x${availableParallelism()}`;
for (const { name, engine, median, fastest, slowest } of stats) {
  const rate = (1000 * Number(batch)) / median;
  const ratio = (median / ours.median).toFixed(2);
  console.log(
    `${name.padEnd(20)} ${median.toFixed(1).padStart(9)} ms  ${rate.toFixed(1).padStart(7)} img/s  ${ratio}x ours  (${engine})`,
  );
  if (!values.csv) continue;
  if (!existsSync(values.csv)) {
    appendFileSync(
      values.csv,
      'date,machine,node,task,batch,rounds,name,engine,median_ms,fastest_ms,slowest_ms,img_per_s,ratio_to_first\n',
    );
  }
  const row = [date, machine, process.version, task, batch, rounds, name, `"${engine}"`];
  const numbers = [median, fastest, slowest, rate].map((value) => value.toFixed(1));
  appendFileSync(values.csv, `${[...row, ...numbers, ratio].join(',')}\n`);
}

async function start(name, [command, ...args]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await lines.next();
    if (done) {
      console.error(`${name} left out: ${errors.trim().split('\n').at(-1) || 'it does not start'}`);
      return undefined;
    }
    if (!value.startsWith('{')) continue;
    const { ready } = JSON.parse(value);
    const go = async () => {
      child.stdin.write('go\n');
      return Number((await lines.next()).value);
    };
    return { name, engine: ready, times: [], go, stop: () => child.stdin.end() };
  }
}
