import type { Collectives } from '@alexnet/model';
import type { Tensor } from '@tensorflow/tfjs-core';
import { BackendError } from '../../backend-error.js';
import type { Tf } from '../../selection/tf.js';
import { type TensorflowBackend, withRawOps } from '../ops/raw-ops.js';
import { encodeServerDef, type GroupMember } from './server-def.js';
import { bindTo } from './worker-process.js';

/** Of the GPUs of all processes; the sums of their processors, which the addon makes, have another. */
const TENSOR_GROUP = 2;

/** How this process joins the others. */
export interface JoinOptions extends Pick<GroupMember, 'rank' | 'addresses'> {
  /** Whole seconds a reduction may take, the wait for the slowest process included; then it fails. On processors. */
  readonly timeout: number;
}

/**
 * Makes this process one of a group whose gradients TensorFlow sums: over gRPC on the processor, through
 * NCCL between GPUs. Before any tensor is made: TensorFlow renames its devices. `collectivesOf(tf)` finds
 * it afterwards.
 *
 * The transport is neither encrypted nor authenticated: it belongs on a network of one's own.
 *
 * @throws BackendError `no-collectives` where the current backend cannot, `peer` where TensorFlow refuses
 */
export function joinCollectives(tf: Tf, { rank, addresses, timeout }: JoinOptions): Collectives {
  const reason = whyNoCollectives(tf);
  if (reason) throw new BackendError('no-collectives', `many processes need TensorFlow: ${reason}`);
  const backend = tf.backend() as unknown as TensorflowBackend;
  const { binding, isUsingGpuDevice } = backend;
  keepFromProxies(addresses);
  const own = addresses[rank] ?? '';
  const at = own.lastIndexOf(':');
  bindTo(own.slice(0, at).replace(/^\[|\]$/g, ''), Number(own.slice(at + 1)));
  const server = encodeServerDef({ rank, addresses, usesNccl: isUsingGpuDevice });
  orPeerError(() => binding.openCollectives?.(server, addresses.length, timeout));
  let instances = 0;
  const sumOnGpu = (flat: Tensor) => {
    const attributes = {
      merge_op: 'Add',
      final_op: 'Id',
      communication_hint: 'nccl',
      // None: TensorFlow lets threads sleep through it, for every sum.
      timeout_seconds: { float: 0 },
      is_stateless: false,
      Nordering_token: 0,
    };
    const numbers = [addresses.length, TENSOR_GROUP, ++instances];
    return withRawOps(backend, (ops) =>
      ops.run('CollectiveReduceV2', attributes, [ops.input(flat), ...numbers.map(ops.int)]),
    ) as Tensor;
  };
  const sumOnProcessor = (flat: Tensor) => {
    // A tensor's memory may be JavaScript's.
    const values = flat.dataSync<'float32'>().slice();
    binding.sumNumbers?.(values);
    return tf.tensor1d(values);
  };
  const collectives: Collectives = {
    sum: (values) => orPeerError(() => binding.sumNumbers?.(values)),
    sumTensors: (tensors) =>
      orPeerError(() => {
        const flat = flatten(tf, tensors);
        const sum = isUsingGpuDevice ? sumOnGpu(flat) : sumOnProcessor(flat);
        flat.dispose();
        return cut(tf, sum, tensors);
      }),
    takeTimes() {
      const [busyMs, waitMs] = binding.collectiveTimes?.() ?? [0, 0];
      return { busyMs, waitMs };
    },
  };
  Object.assign(backend, { collectives });
  return collectives;
}

/** Why the current backend cannot compute with others; null where it can. */
function whyNoCollectives(tf: Tf): string | null {
  if (tf.getBackend() !== 'tensorflow') return `the ${tf.getBackend()} backend computes alone`;
  const { binding } = tf.backend() as unknown as TensorflowBackend;
  if (binding.openCollectives) return null;
  return 'this addon was not built by alexnet backend install';
}

function flatten(tf: Tf, tensors: readonly Tensor[]): Tensor {
  return tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))));
}

/** Pieces of a flat tensor in the shapes of others. */
function cut(tf: Tf, flat: Tensor, like: readonly Tensor[]): Tensor[] {
  let offset = 0;
  const pieces = like.map(({ shape, size }) => {
    const piece = tf.tidy(() => tf.reshape(tf.slice(flat, [offset], [size]), shape));
    offset += size;
    return piece;
  });
  flat.dispose();
  return pieces;
}

/** gRPC takes the proxy of the environment even to the host beside it. */
function keepFromProxies(addresses: readonly string[]): void {
  const hosts = addresses.map((address) => address.slice(0, address.lastIndexOf(':')));
  const before = process.env.no_grpc_proxy ?? process.env.no_proxy;
  process.env.no_grpc_proxy = [...new Set([...(before ? [before] : []), ...hosts])].join(',');
}

/** What goes wrong between processes: one of them has ended, does not answer, or is not where it should be. */
function orPeerError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new BackendError(
      'peer',
      `another process does not answer: ${message.split('\n', 1)[0]}`,
      {
        cause: error,
      },
    );
  }
}
