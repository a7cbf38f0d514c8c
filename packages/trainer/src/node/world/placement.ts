import { TrainingError } from '../../training-error.js';
import { expandNodeList } from './expand-node-list.js';

/** Where processes find each other. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What one launcher is to start, and where it stands among the others. */
export interface Placement {
  /** What said so, in words. */
  readonly found: string;
  /** Launchers in all: so many must be there, and so many at most. */
  readonly nodes: { readonly least: number; readonly most: number };
  /** This one, counted from 0. */
  readonly node: number;
  /** Processes it starts. */
  readonly processes: number;
  /** Where the first launcher listens; null where there is no other. */
  readonly endpoint: Endpoint | null;
  /** Where its one process listens for the others' gradients; null: on a free port. */
  readonly port: number | null;
  /** Among the processes of this machine, those of other launchers included: the first one's place, and how many. */
  readonly local: { readonly first: number; readonly count: number };
}

/** `--nproc-per-node`, `--nnodes`, `--node-rank`, `--rdzv-endpoint`. */
export interface PlacementFlags {
  readonly nprocPerNode?: number;
  readonly nnodes?: { readonly least: number; readonly most: number };
  readonly nodeRank?: number;
  readonly rdzvEndpoint?: Endpoint;
}

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where this process stands: by its flags, else by the environment of torchrun, by `TF_CONFIG`, or by
 * that of SLURM's srun. Null where it computes alone.
 *
 * @throws TrainingError `bad-world` naming what is missing or makes no sense
 */
export function findPlacement(flags: PlacementFlags, env: Environment): Placement | null {
  const given = Object.values(flags).some((value) => value !== undefined);
  const placement = given ? byFlags(flags) : (byTorchrun(env) ?? byTensorflow(env) ?? bySlurm(env));
  if (placement === null || (placement.nodes.most === 1 && placement.processes === 1)) return null;
  return placement;
}

function byFlags({ nprocPerNode = 1, nnodes, nodeRank, rdzvEndpoint }: PlacementFlags): Placement {
  const nodes = nnodes ?? { least: 1, most: 1 };
  const many = nodes.most > 1;
  if (many && (nodeRank === undefined || rdzvEndpoint === undefined)) {
    throw bad('--nnodes needs --node-rank N and --rdzv-endpoint HOST:PORT on every machine');
  }
  if (!many && (nodeRank !== undefined || rdzvEndpoint !== undefined)) {
    throw bad('--node-rank and --rdzv-endpoint go with --nnodes N: how many machines there are');
  }
  const node = nodeRank ?? 0;
  if (node >= nodes.most) {
    throw bad(`--node-rank ${node}: with ${nodes.most} machines it is from 0 to ${nodes.most - 1}`);
  }
  return {
    found: 'as the flags say',
    nodes,
    node,
    processes: nprocPerNode,
    endpoint: rdzvEndpoint ?? null,
    port: null,
    local: { first: 0, count: nprocPerNode },
  };
}

/** Source: PyTorch's documentation of torchrun, "Environment Variables". */
function byTorchrun(env: Environment): Placement | null {
  const { RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT } = env;
  if (RANK === undefined || WORLD_SIZE === undefined) return null;
  const found = 'by the environment of torchrun';
  const size = count('WORLD_SIZE', WORLD_SIZE);
  if (size > 1 && (MASTER_ADDR === undefined || MASTER_PORT === undefined)) {
    throw bad('RANK and WORLD_SIZE are set, MASTER_ADDR and MASTER_PORT are not');
  }
  const port = count('MASTER_PORT', MASTER_PORT ?? '1');
  return {
    ...oneEach(found, index('RANK', RANK, size), size),
    // torchrun itself listens on that port.
    endpoint: endpoint(
      MASTER_ADDR ?? '',
      port + (env.TORCHELASTIC_USE_AGENT_STORE === 'True' ? 1 : 0),
    ),
    local: localOf(env.LOCAL_RANK, env.LOCAL_WORLD_SIZE),
  };
}

/** Source: TensorFlow's guide "Distributed training", TF_CONFIG. */
function byTensorflow(env: Environment): Placement | null {
  if (env.TF_CONFIG === undefined) return null;
  const { cluster, task } = parseTensorflow(env.TF_CONFIG);
  const { chief = [], worker = [], ...others } = cluster;
  const [role] = Object.keys(others);
  if (role !== undefined)
    throw bad(`TF_CONFIG has a ${role}: there are only chief and worker here`);
  const addresses = [...chief, ...worker].map((address) => parseEndpoint(address));
  const offset = task.type === 'worker' ? chief.length : 0;
  const node = index('TF_CONFIG task.index', String(task.index + offset), addresses.length);
  const own = addresses[node] as Endpoint;
  const [first] = addresses as [Endpoint];
  const here = addresses.filter(({ host }) => host === own.host);
  return {
    ...oneEach('by TF_CONFIG', node, addresses.length),
    // The port itself is for gradients, as TensorFlow has it.
    endpoint: endpoint(first.host, first.port + 1),
    port: own.port,
    local: { first: here.indexOf(own), count: here.length },
  };
}

interface TensorflowConfig {
  readonly cluster: Readonly<Record<string, readonly string[]>>;
  readonly task: { readonly type: string; readonly index: number };
}

function parseTensorflow(text: string): TensorflowConfig {
  try {
    const { cluster, task } = JSON.parse(text) as TensorflowConfig;
    const lists = Object.values(cluster);
    const known = task.type in cluster && ['chief', 'worker'].includes(task.type);
    if (known && Number.isInteger(task.index) && lists.every((list) => Array.isArray(list))) {
      return { cluster, task };
    }
  } catch {
    // Said below.
  }
  throw bad(
    'TF_CONFIG is not understood: {"cluster": {"worker": ["host:port", …]}, "task": {"type": "worker", "index": 0}}',
  );
}

/**
 * Source: `man srun`, "OUTPUT ENVIRONMENT VARIABLES". A job's script has them too, as if it were the first
 * of all tasks, but no step: nobody starts the others.
 */
function bySlurm(env: Environment): Placement | null {
  const { SLURM_PROCID, SLURM_STEP_ID, SLURM_STEP_NUM_TASKS } = env;
  if (env.SLURM_TASK_PID !== undefined && SLURM_STEP_ID === undefined) return null;
  const tasks = SLURM_STEP_NUM_TASKS ?? env.SLURM_NTASKS;
  const list = env.SLURM_STEP_NODELIST ?? env.SLURM_NODELIST ?? env.SLURM_JOB_NODELIST;
  if (SLURM_PROCID === undefined || tasks === undefined || list === undefined) return null;
  const size = count('SLURM_NTASKS', tasks);
  const [host = ''] = expandNodeList(list);
  // From job and step, so that two of them on a machine do not meet.
  const job = count('SLURM_JOB_ID', env.SLURM_JOB_ID ?? '1') + 1009 * (Number(SLURM_STEP_ID) || 0);
  const port = 20_000 + (job % 10_000);
  return {
    ...oneEach('by the environment of SLURM', index('SLURM_PROCID', SLURM_PROCID, size), size),
    endpoint: endpoint(host, port),
    local: localOf(env.SLURM_LOCALID, tasksHere(env)),
  };
}

/** `2(x3),1` are 2, 2, 2 and 1 tasks on four nodes. */
function tasksHere(env: Environment): string | undefined {
  const text = env.SLURM_STEP_TASKS_PER_NODE ?? env.SLURM_TASKS_PER_NODE;
  const counts = text?.split(',').flatMap((part) => {
    const [, tasks = '1', times = '1'] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part) ?? [];
    return Array.from({ length: Math.min(Number(times), 100_000) }, () => tasks);
  });
  return counts?.[Number(env.SLURM_NODEID ?? 0)];
}

/** Every process has a launcher of its own. */
function oneEach(found: string, node: number, size: number) {
  return { found, nodes: { least: size, most: size }, node, processes: 1, port: null };
}

function localOf(rank = '0', size = '1') {
  const total = count('the number of local processes', size);
  return { first: Math.min(Number(rank) || 0, total - 1), count: total };
}

/** `host:port`, `[address]:port` for IPv6. @throws TrainingError `bad-world` */
export function parseEndpoint(text: string): Endpoint {
  const [, inner, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const host = inner ?? plain;
  if (host === undefined || port === undefined) {
    throw bad(`"${text}" is no address: write it as host:29500`);
  }
  return endpoint(host, Number(port));
}

function endpoint(host: string, port: number): Endpoint {
  if (port < 1 || port > 65_535) throw bad(`${port} is no port: they are from 1 to 65535`);
  return { host, port };
}

function count(name: string, text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1) throw bad(`${name} is "${text}": expected a number`);
  return Number(text);
}

function index(name: string, text: string, size: number): number {
  if (!/^\d+$/.test(text) || Number(text) >= size) {
    throw bad(`${name} is "${text}": with ${size} processes it is from 0 to ${size - 1}`);
  }
  return Number(text);
}

function bad(message: string): TrainingError {
  return new TrainingError('bad-world', message);
}
