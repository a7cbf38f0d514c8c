import { describe, expect, it } from 'vitest';
import { expandNodeList } from '../src/node/world/expand-node-list.js';
import { isPublicAddress } from '../src/node/world/public-address.js';
import { findPlacement, parseEndpoint } from '../src/node.js';

describe('where a process stands among others', () => {
  it('is alone by itself, and with a world of one', () => {
    expect(findPlacement({}, {})).toBeNull();
    expect(findPlacement({ nprocPerNode: 1 }, {})).toBeNull();
    const one = { RANK: '0', WORLD_SIZE: '1', MASTER_ADDR: 'a', MASTER_PORT: '1' };
    expect(findPlacement({}, one)).toBeNull();
  });

  it('is said by flags, before any environment', () => {
    const rdzvEndpoint = { host: '10.0.0.1', port: 29500 };
    const flags = { nprocPerNode: 4, nnodes: { least: 1, most: 2 }, nodeRank: 1, rdzvEndpoint };
    expect(findPlacement(flags, { RANK: '3', WORLD_SIZE: '8' })).toEqual({
      found: 'as the flags say',
      nodes: { least: 1, most: 2 },
      node: 1,
      processes: 4,
      endpoint: rdzvEndpoint,
      port: null,
      local: { first: 0, count: 4 },
    });
    expect(findPlacement({ nprocPerNode: 1 }, { RANK: '3', WORLD_SIZE: '8' })).toBeNull();
  });

  it.each([
    [{ nnodes: { least: 2, most: 2 } }, /--node-rank N and --rdzv-endpoint/],
    [{ nodeRank: 1 }, /go with --nnodes/],
    [
      { nnodes: { least: 2, most: 2 }, nodeRank: 2, rdzvEndpoint: { host: 'a', port: 1 } },
      /from 0 to 1/,
    ],
  ])('refuses %j', (flags, message) => {
    expect(() => findPlacement(flags, {})).toThrow(message);
  });

  // As torchrun --nnodes 2 --nproc-per-node 4 --no-python sets them.
  it('is found in the environment of torchrun, which listens on its port itself', () => {
    const env = {
      ...{ RANK: '5', WORLD_SIZE: '8', LOCAL_RANK: '1', LOCAL_WORLD_SIZE: '4' },
      ...{ MASTER_ADDR: 'gpu1', MASTER_PORT: '29500' },
    };
    const placement = {
      found: 'by the environment of torchrun',
      nodes: { least: 8, most: 8 },
      node: 5,
      processes: 1,
      endpoint: { host: 'gpu1', port: 29500 },
      local: { first: 1, count: 4 },
    };
    expect(findPlacement({}, env)).toMatchObject(placement);
    const agent = { ...env, TORCHELASTIC_USE_AGENT_STORE: 'True' };
    expect(findPlacement({}, agent)?.endpoint).toEqual({ host: 'gpu1', port: 29501 });
    expect(() => findPlacement({}, { ...env, RANK: '8' })).toThrow('from 0 to 7');
    expect(() => findPlacement({}, { RANK: '0', WORLD_SIZE: '2' })).toThrow('MASTER_ADDR');
  });

  it('is found in TF_CONFIG, whose ports are for gradients', () => {
    const cluster = { chief: ['a:2222'], worker: ['b:2222', '[fd00::2]:2223', 'b:2223'] };
    const config = (task: object) => ({ TF_CONFIG: JSON.stringify({ cluster, task }) });
    expect(findPlacement({}, config({ type: 'worker', index: 2 }))).toMatchObject({
      node: 3,
      nodes: { least: 4, most: 4 },
      endpoint: { host: 'a', port: 2223 },
      port: 2223,
      local: { first: 1, count: 2 },
    });
    expect(findPlacement({}, config({ type: 'chief', index: 0 }))?.node).toBe(0);
    expect(() => findPlacement({}, config({ type: 'ps', index: 0 }))).toThrow('not understood');
    expect(() => findPlacement({}, { TF_CONFIG: '{' })).toThrow('not understood');
  });

  it('is found in what srun sets, not in what a job script has', () => {
    const env = {
      ...{ SLURM_PROCID: '3', SLURM_LOCALID: '1', SLURM_NTASKS: '4', SLURM_NODEID: '1' },
      ...{ SLURM_NODELIST: 'gpu[07-08]', SLURM_TASKS_PER_NODE: '2(x2)', SLURM_JOB_ID: '123456' },
    };
    expect(findPlacement({}, env)).toMatchObject({
      found: 'by the environment of SLURM',
      node: 3,
      nodes: { least: 4, most: 4 },
      endpoint: { host: 'gpu07', port: 23_456 },
      local: { first: 1, count: 2 },
    });
    const script = { ...env, SLURM_PROCID: '0', SLURM_TASK_PID: '16496' };
    expect(findPlacement({}, script)).toBeNull();
    const second = { ...script, SLURM_STEP_ID: '1', SLURM_STEP_NUM_TASKS: '2' };
    expect(findPlacement({}, second)).toMatchObject({
      nodes: { least: 2, most: 2 },
      endpoint: { host: 'gpu07', port: 24_465 },
    });
    expect(findPlacement({}, { ...second, SLURM_STEP_NUM_TASKS: '1' })).toBeNull();
  });
});

it.each([
  ['login', ['login']],
  ['a,b', ['a', 'b']],
  ['node[08-11]', ['node08', 'node09', 'node10', 'node11']],
  ['gpu[1,3-4],login', ['gpu1', 'gpu3', 'gpu4', 'login']],
  ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
  ['c[1-2].example.org', ['c1.example.org', 'c2.example.org']],
])('the node list %s', (text, hosts) => {
  expect(expandNodeList(text)).toEqual(hosts);
});

it.each(['', 'a[', 'a[b]', 'a[3-1]', 'a[1-99999999]', 'a,,b', 'a b'])(
  'no node list: %j',
  (text) => {
    expect(() => expandNodeList(text)).toThrow('no list of nodes');
  },
);

it('tells public addresses from private ones', () => {
  const addresses = ['8.8.8.8', '172.32.0.1', '2001:4860:4860::8888', '127.0.0.1', '10.1.2.3'];
  expect(
    [...addresses, '172.31.0.1', '192.168.1.1', '::1', 'fd00::1'].filter(isPublicAddress),
  ).toEqual(addresses.slice(0, 3));
});

it.each([
  ['gpu1:29500', { host: 'gpu1', port: 29_500 }],
  ['10.0.0.1:1', { host: '10.0.0.1', port: 1 }],
  ['[fd00::2]:65535', { host: 'fd00::2', port: 65_535 }],
])('the address %s', (text, endpoint) => {
  expect(parseEndpoint(text)).toEqual(endpoint);
});

it.each([
  ['gpu1', 'is no address'],
  [':1', 'is no address'],
  ['gpu1:', 'is no address'],
  ['fd00::2:1', 'is no address'],
  ['[fd00::2]', 'is no address'],
  ['a:1x', 'is no address'],
  ['a:0', '0 is no port'],
  ['a:65536', '65536 is no port'],
])('no address: %s', (text, message) => {
  expect(() => parseEndpoint(text)).toThrow(message);
});

const torchrun = { RANK: '1', WORLD_SIZE: '2', MASTER_ADDR: 'a', MASTER_PORT: '5' };
it.each([
  [{ ...torchrun, RANK: 'x' }, 'RANK is "x": with 2 processes it is from 0 to 1'],
  [{ ...torchrun, RANK: '2' }, 'from 0 to 1'],
  [{ ...torchrun, RANK: '-1' }, 'from 0 to 1'],
  [{ ...torchrun, WORLD_SIZE: '0' }, 'WORLD_SIZE is "0": expected a number'],
  [{ ...torchrun, WORLD_SIZE: '2.5' }, 'WORLD_SIZE is "2.5"'],
  [{ ...torchrun, MASTER_PORT: '' }, 'MASTER_PORT is ""'],
  [{ ...torchrun, MASTER_PORT: undefined }, 'MASTER_ADDR and MASTER_PORT are not'],
])('refuses %j', (env, message) => {
  expect(() => findPlacement({}, env)).toThrow(message);
});

it('is one machine of several processes, or several of one', () => {
  expect(findPlacement({ nprocPerNode: 2 }, {})).toMatchObject({ processes: 2, node: 0 });
  const rdzvEndpoint = { host: 'a', port: 1 };
  const flags = { nnodes: { least: 2, most: 2 }, nodeRank: 1, rdzvEndpoint };
  expect(findPlacement(flags, {})).toMatchObject({ processes: 1, node: 1 });
});
