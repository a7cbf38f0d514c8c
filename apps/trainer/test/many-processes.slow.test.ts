import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeSafetensors } from '@alexnet/convert';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alexnet, startAlexnet, startUnder } from './alexnet.js';
import { TINY_RUN, writeClassFolders } from './class-folders.js';

const [, ...network] = TINY_RUN;
const hasTensorflow = (await alexnet('backend', '--json')).stdout.includes('"name": "tensorflow"');
const missing = hasTensorflow ? '' : '(skipped: TensorFlow is not installed)';
const whyNoNamespaces = () => {
  const made = spawnSync('ip', ['netns', 'add', 'alexnet-probe']);
  if (made.status !== 0) return '(skipped: needs root and iproute2)';
  execFileSync('ip', ['netns', 'del', 'alexnet-probe']);
  return missing;
};
const noNamespaces = whyNoNamespaces();

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-many-'));
  data = join(folder, 'images');
  await writeClassFolders(data, { train: 21, val: 5 });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const settings = (out: string) => [
  'train',
  `--out=${join(folder, out)}`,
  `--data=${data}`,
  '--backend=tensorflow',
  '--epochs=4',
  '--lr=0.001',
  '--set=ema=0.9',
  '--set=clipNorm=1',
  '--checkpoint-every=0.2s',
  ...network,
];

async function weightsOf(out: string): Promise<Map<string, Float32Array>> {
  const { tensors } = decodeSafetensors(await readFile(join(folder, out, 'weights.safetensors')));
  return new Map(
    [...tensors].map(([name, { data: bytes }]) => [
      name,
      new Float32Array(new Uint8Array(bytes).buffer),
    ]),
  );
}

/** The largest relative distance of a tensor. */
async function distance(a: string, b: string): Promise<number> {
  const [one, other] = [await weightsOf(a), await weightsOf(b)];
  const norm = (values: Float32Array) =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  return Math.max(
    ...[...one].map(([name, values]) => {
      const apart = values.map((value, i) => value - (other.get(name)?.[i] ?? Number.NaN));
      return norm(apart) / (norm(values) || 1);
    }),
  );
}

/** The process of a rank that trains into `out`. */
function processOf(out: string, rank: number): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(folder, out));
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (isOurs && environment.includes(`ALEXNET_TEAM={"rank":${rank},`)) return Number(pid);
    } catch {
      // It has ended.
    }
  }
  throw new Error(`rank ${rank} does not run`);
}

test.skipIf(missing)(
  `two and four processes train what one does, and one that is killed is no loss ${missing}`,
  async () => {
    expect(await alexnet(...settings('one'))).toMatchObject({ code: 0 });
    for (const count of [2, 4]) {
      const ended = await alexnet(...settings(`of${count}`), `--nproc-per-node=${count}`);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(ended.stderr).toContain(`world: ${count} processes on 1 machine`);
      expect(await distance('one', `of${count}`)).toBeLessThan(1e-6);
    }
    const metrics = await readFile(join(folder, 'of2', 'metrics.jsonl'), 'utf8');
    expect(JSON.parse(metrics.split('\n', 1)[0] ?? '')).toMatchObject({ world: 2, step: 1 });
    const { parts } = JSON.parse(await readFile(join(folder, 'of2', 'run.json'), 'utf8'));
    expect(parts).toMatchObject([{ world: { processes: 2, machines: 1 } }]);

    const killed = startAlexnet(...settings('killed'), '--nproc-per-node=2');
    await killed.said(/epoch 2\/4/);
    process.kill(processOf('killed', 1), 'SIGKILL');
    const { code, stderr } = await killed.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /rank 1 was ended by SIGKILL: going back to the last checkpoint, restart 1 of 3/,
    );
    expect(await distance('of2', 'killed')).toBe(0);
  },
  600_000,
);

test.skipIf(missing)(
  `SIGTERM to any process saves and ends all ${missing}`,
  async () => {
    const run = startAlexnet(...settings('stopped'), '--epochs=400', '--nproc-per-node=2');
    await run.said(/epoch 2\/400/);
    // Not one thread more for every sum.
    const tasks = `/proc/${processOf('stopped', 1)}/task`;
    const sleepers = readdirSync(tasks).filter((id) =>
      readFileSync(join(tasks, id, 'comm'), 'utf8').startsWith('collective_ops'),
    );
    process.kill(processOf('stopped', 1), 'SIGTERM');
    expect(await run.ended).toMatchObject({ code: 130 });
    expect(sleepers.length).toBeLessThan(20);
    expect(readdirSync(join(folder, 'stopped', 'checkpoints')).length).toBeGreaterThan(0);
  },
  300_000,
);

/** One of two machines, which is this one, at a port of a test's own. */
const machine = (rank: number, port: number, ...more: readonly string[]) =>
  startAlexnet(
    ...settings('apart'),
    '--nnodes=2',
    `--node-rank=${rank}`,
    `--rdzv-endpoint=127.0.0.1:${port}`,
    ...more,
  );
const PORT = 20_000 + (process.pid % 10_000);

test.skipIf(missing).each([
  ['seed', ['--seed=2'], /do not agree: rank 1 on \S+ has seed 2, rank 0 has 1$/m],
  ['recipe', ['--lr=0.002'], /do not agree: rank 1 on \S+ has recipe \{.*0\.002/],
  ['settings', ['--steps=3'], /do not agree: rank 1 on \S+ has settings \[3,/],
  [
    'backend',
    ['--backend=cpu'],
    /do not agree: rank 1 on \S+ has backend cpu, rank 0 has tensorflow/,
  ],
  ['data', ['--data=OTHER'], /do not agree: rank 1 on \S+ has other images than rank 0: /],
  ['world', ['--nnodes=3'], /machine 1 counts on 3 machines, machine 0 on 2 machines/],
] as const)(
  `processes with another %s are refused ${missing}`,
  async (what, flags, reason) => {
    const other = join(folder, 'other');
    if (what === 'data') await writeClassFolders(other, { train: 20, val: 5 });
    const first = machine(0, PORT);
    const second = await machine(1, PORT, ...flags.map((flag) => flag.replace('OTHER', other)))
      .ended;
    expect(second.code, second.stderr).toBe(2);
    // Who counts on more machines is refused alone: the right one may still come.
    if (what === 'world') first.process.kill('SIGKILL');
    const { code, stderr } = await first.ended;
    if (what !== 'world') expect(code, stderr).toBe(2);
    expect(what === 'world' ? second.stderr : stderr).toMatch(reason);
  },
  120_000,
);

test.skipIf(noNamespaces)(
  `a machine whose link is cut is noticed, and the run goes on once it is back ${noNamespaces}`,
  async () => {
    const ip = (...args: readonly string[]) => execFileSync('ip', args);
    const id = process.pid % 1000;
    const [a, b] = [`alexnet-a${id}`, `alexnet-b${id}`];
    ip('netns', 'add', a);
    ip('netns', 'add', b);
    try {
      ip(
        'link',
        'add',
        `va${id}`,
        'netns',
        a,
        'type',
        'veth',
        'peer',
        'name',
        `vb${id}`,
        'netns',
        b,
      );
      for (const [at, name, device] of [
        [1, a, `va${id}`],
        [2, b, `vb${id}`],
      ] as const) {
        ip('-n', name, 'addr', 'add', `10.77.7.${at}/24`, 'dev', device);
        ip('-n', name, 'link', 'set', device, 'up');
        ip('-n', name, 'link', 'set', 'lo', 'up');
      }
      const machine = (rank: number) =>
        startUnder(
          ['ip', 'netns', 'exec', rank === 0 ? a : b],
          ...settings('cut'),
          '--epochs=8',
          '--nnodes=2',
          `--node-rank=${rank}`,
          '--rdzv-endpoint=10.77.7.1:29500',
        );
      const [first, second] = [machine(0), machine(1)];
      await first.said(/epoch 2\/8/);
      ip('-n', a, 'link', 'set', `va${id}`, 'down');
      await first.said(/machine 1 \(.+\) does not answer: going back to the last checkpoint/);
      await second.said(/machine 0 \(10.77.7.1\) does not answer/);
      await sleep(500);
      ip('-n', a, 'link', 'set', `va${id}`, 'up');
      const ends = await Promise.all([first.ended, second.ended]);
      expect(
        ends.map(({ code }) => code),
        ends.map(({ stderr }) => stderr).join('\n'),
      ).toEqual([0, 0]);
    } finally {
      ip('netns', 'del', a);
      ip('netns', 'del', b);
    }
  },
  300_000,
);
