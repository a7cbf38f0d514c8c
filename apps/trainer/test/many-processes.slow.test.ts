import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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

/** The process of a rank that trains into `out`, once it is there. */
async function processOf(out: string, rank: number): Promise<number> {
  for (const until = Date.now() + 30_000; Date.now() < until; await sleep(20)) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(
          `${join(folder, out)}\0`,
        );
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        if (isOurs && environment.includes(`ALEXNET_TEAM={"rank":${rank},`)) return Number(pid);
      } catch {
        // It has ended.
      }
    }
  }
  throw new Error(`rank ${rank} does not run`);
}

test.skipIf(missing)(
  `two and four processes train what one does ${missing}`,
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
  },
  300_000,
);

/** More of them by hand: ALEXNET_KILLS=10. */
const KILLS = Number(process.env.ALEXNET_KILLS ?? 3);

test.skipIf(missing)(
  `${KILLS} processes killed while they train and while they start are no loss ${missing}`,
  async () => {
    const run = startAlexnet(
      ...settings('killed'),
      '--nproc-per-node=2',
      `--max-restarts=${KILLS}`,
    );
    for (let kill = 1; kill <= KILLS; kill++) {
      const isTraining = kill % 2 === 1;
      const restarted = kill === 1 ? '' : `restart ${kill - 1} of`;
      await run.said(
        new RegExp(isTraining ? `${restarted}[^]*(epoch 2/4|resuming at)` : restarted),
      );
      await sleep(Math.random() * (isTraining ? 300 : 2500));
      const rank = Math.floor(2 * Math.random());
      process.kill(await processOf('killed', rank), 'SIGKILL');
      await run.said(
        new RegExp(`rank ${rank} was ended by SIGKILL: going back .*, restart ${kill} of ${KILLS}`),
      );
    }
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`restart ${KILLS} of ${KILLS}`);
    expect(await distance('of2', 'killed')).toBe(0);
  },
  60_000 + 60_000 * KILLS,
);

test.skipIf(missing)(
  `SIGTERM to any process saves and ends all, whenever it comes ${missing}`,
  async () => {
    const run = startAlexnet(...settings('stopped'), '--epochs=400', '--nproc-per-node=2');
    await run.said(/epoch 2\/400/);
    // Not one thread more for every sum.
    const tasks = `/proc/${await processOf('stopped', 1)}/task`;
    const sleepers = readdirSync(tasks).filter((id) =>
      readFileSync(join(tasks, id, 'comm'), 'utf8').startsWith('collective_ops'),
    );
    process.kill(await processOf('stopped', 1), 'SIGTERM');
    expect(await run.ended).toMatchObject({ code: 130 });
    expect(sleepers.length).toBeLessThan(20);
    expect(readdirSync(join(folder, 'stopped', 'checkpoints')).length).toBeGreaterThan(0);

    // As soon as it is there, before it can listen; and while TensorFlow loads.
    for (const [out, rank, moment] of [
      ['early', 0, /^/],
      ['loading', 1, /backend: tensorflow/],
    ] as const) {
      const early = startAlexnet(...settings(out), '--epochs=400', '--nproc-per-node=2');
      await early.said(moment);
      process.kill(await processOf(out, rank), 'SIGTERM');
      const { code, stderr } = await early.ended;
      expect(code, stderr).toBe(130);
    }
  },
  300_000,
);

/** The flags of one of two machines, which is this one, at a port of a test's own. */
const asMachine = (rank: number, port: number, out = 'apart') => [
  ...settings(out),
  '--nnodes=2',
  `--node-rank=${rank}`,
  `--rdzv-endpoint=127.0.0.1:${port}`,
];
const PORT = 20_000 + (process.pid % 10_000);

/** The command as built, with a comment more: other code. */
async function otherBuild(): Promise<string> {
  const built = fileURLToPath(new URL('../dist', import.meta.url));
  // Where the packages it imports are found.
  const other = await mkdtemp(join(built, '../node_modules/.other-'));
  await cp(built, other, { recursive: true });
  await appendFile(join(other, 'cli.js'), '// changed');
  return other;
}

test.skipIf(missing)(
  `processes with other code, settings, precision, backend or data are refused ${missing}`,
  async () => {
    const other = await otherBuild();
    const images = join(folder, 'other');
    await writeClassFolders(images, { train: 20, val: 5 });
    const differing: readonly {
      readonly cli?: string;
      readonly flags: readonly string[];
      readonly reasons: readonly RegExp[];
    }[] = [
      {
        cli: join(other, 'cli.js'),
        flags: ['--seed=2', '--lr=0.002', '--steps=3', '--precision=bf16'],
        reasons: [
          /code \S+ \(\w{12}\), rank 0 has \S+ \(\w{12}\)/,
          /--seed 2, rank 0 has 1/,
          /learningRate 0\.002, rank 0 has 0\.001/,
          /--steps 3, rank 0 has not given/,
          /precision "bf16", rank 0 has not given/,
        ],
      },
      { flags: ['--backend=cpu'], reasons: [/backend cpu, rank 0 has tensorflow/] },
      { flags: [`--data=${images}`], reasons: [/other images than rank 0: /] },
    ];
    try {
      for (const { cli, flags, reasons } of differing) {
        const first = startAlexnet(...asMachine(0, PORT));
        const second = startUnder([], [...asMachine(1, PORT), ...flags], cli);
        const ends = await Promise.all([first.ended, second.ended]);
        expect(
          ends.map(({ code }) => code),
          ends[0].stderr,
        ).toEqual([2, 2]);
        for (const reason of reasons) {
          expect(ends[0].stderr).toMatch(
            new RegExp(`do not agree: .*rank 1 on \\S+ has ${reason.source}`),
          );
        }
      }
    } finally {
      await rm(other, { recursive: true });
    }
  },
  180_000,
);

test.skipIf(missing).concurrent(
  `another run on the port and another world are refused; with --nnodes 1:2 the rest goes on ${missing}`,
  async () => {
    const elastic = (rank: number) =>
      startAlexnet(...asMachine(rank, PORT + 1, 'elastic'), '--nnodes=1:2', '--epochs=120');
    const [first, second] = [elastic(0), elastic(1)];
    const strangers = [
      [1, asMachine(0, PORT + 1), `port ${PORT + 1} of 127.0.0.1 is taken: another run is there`],
      [2, asMachine(1, PORT + 1), 'machine 1 counts on 2 machines, machine 0 on 1 to 2 machines'],
    ] as const;
    await first.said(/epoch 2\/120/);
    for (const [code, flags, reason] of strangers) {
      const refused = await alexnet(...flags);
      expect(refused, refused.stderr).toMatchObject({ code });
      expect(refused.stderr).toContain(reason);
    }

    second.process.kill('SIGKILL');
    await first.said(/machine 1 \(.+\) has gone: going back to the last checkpoint/);
    // They wait ten seconds for it.
    await cp(join(folder, 'elastic'), join(folder, 'resumed'), { recursive: true });
    const resumed = await alexnet('train', '--resume', `--out=${join(folder, 'resumed')}`);
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    const { code, stderr } = await first.ended;
    expect(code, stderr).toBe(0);
    const { parts } = JSON.parse(await readFile(join(folder, 'elastic', 'run.json'), 'utf8'));
    expect(parts.at(0)).toMatchObject({ world: { processes: 2, machines: 2 } });
    expect(parts.at(-1)).not.toHaveProperty('world');
    expect(await distance('resumed', 'elastic')).toBe(0);
  },
  300_000,
);

test.skipIf(noNamespaces).concurrent(
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
          [...asMachine(rank, PORT, 'cut'), '--epochs=8', '--rdzv-endpoint=10.77.7.1:29500'],
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
