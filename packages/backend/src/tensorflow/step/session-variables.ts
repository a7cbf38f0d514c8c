import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import type { Metadata, TensorflowBackend } from '../ops/raw-ops.js';

/** tfjs variables whose values live in a session between its runs. */
export interface SessionVariables {
  /** Before a run: gives the session what was assigned elsewhere. */
  load(): void;
  /**
   * After a run that wrote: the values are fetched when something looks at one of the variables,
   * `getWeights`, a checkpoint or any op, and not before.
   */
  markWritten(): void;
}

/** How a session's values are reached; tensors by id, in the order of the variables. */
export interface SessionAccess {
  write(ids: readonly number[]): void;
  read(): readonly Metadata[];
}

export function sessionVariables(
  tf: Tf,
  backend: TensorflowBackend,
  variables: readonly Variable[],
  session: SessionAccess,
): SessionVariables {
  // While a graph is recorded the backend has another one.
  const { binding } = backend;
  const outdated = outdatedOf(backend);
  /** Tensors that have the session's values. */
  let current: readonly number[] = [];
  /** Whose values the session alone has; empty where tfjs has them too. */
  let written: readonly object[] = [];

  const fetch = () => {
    const of = written;
    written = [];
    const made = session.read();
    of.forEach((dataId, i) => {
      const { id } = made[i] as Metadata;
      outdated.delete(dataId);
      if (backend.refCount(dataId) > 0) backend.tensorMap.get(dataId).id = id;
      else binding.deleteTensor(id);
    });
    current = made.map(({ id }) => id);
  };

  const isUntouched = () =>
    written.length > 0 &&
    variables.every(({ dataId }, i) => dataId === written[i] && backend.refCount(dataId) === 1);

  return {
    load() {
      if (isUntouched()) return;
      if (written.length > 0) fetch();
      for (const variable of variables) {
        // What shares the values keeps them.
        if (backend.refCount(variable.dataId) > 1) separate(tf, backend, variable);
      }
      const ids = backend.getInputTensorIds([...variables]);
      if (ids.some((id, i) => id !== current[i])) session.write(ids);
      current = ids;
    },
    markWritten() {
      if (written.length > 0) return;
      written = variables.map(({ dataId }) => dataId);
      for (const dataId of written) {
        outdated.set(dataId, fetch);
        const held = backend.tensorMap.get(dataId);
        binding.deleteTensor(held.id);
        held.id = -1;
      }
    },
  };
}

function separate(tf: Tf, backend: TensorflowBackend, variable: Variable): void {
  const [id = -1] = backend.getInputTensorIds([variable]);
  const copy = backend.binding.copyTensor?.(id);
  if (!copy) throw new Error('the TensorFlow addon is not one built here');
  tf.tidy(() => variable.assign(backend.createOutputTensor(copy) as Tensor));
}

type Outdated = WeakMap<object, () => void>;
const outdatedBackends = new WeakMap<object, Outdated>();

/** What fetches the values of a `dataId` where tfjs has no longer the newest; looking does it. */
function outdatedOf(backend: TensorflowBackend): Outdated {
  const known = outdatedBackends.get(backend);
  if (known) return known;
  const outdated: Outdated = new WeakMap();
  outdatedBackends.set(backend, outdated);
  const getInputTensorIds = backend.getInputTensorIds.bind(backend);
  const readSync = backend.readSync.bind(backend);
  const looking: Pick<TensorflowBackend, 'getInputTensorIds' | 'readSync'> = {
    getInputTensorIds(tensors) {
      for (const { dataId } of tensors) outdated.get(dataId)?.();
      return getInputTensorIds(tensors);
    },
    readSync(dataId) {
      outdated.get(dataId)?.();
      return readSync(dataId);
    },
  };
  Object.assign(backend, looking);
  return outdated;
}
