import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tf } from '../../selection/tf.js';
import type { TensorflowBackend } from '../ops/raw-ops.js';

const writes = new WeakMap<object, number>();
const owned = new WeakMap<object, Set<number>>();

/** How often variables of this backend were written in place: a copy of one may be older. */
export function writesInPlace(backend: object): number {
  return writes.get(backend) ?? 0;
}

/** Called with every run that writes. */
export function countWrite(backend: object): void {
  writes.set(backend, writesInPlace(backend) + 1);
}

/**
 * Ids of the variables' tensors, each in memory that nothing else refers to: a tensor made from an
 * array shares the array, a clone shares its original.
 */
export function ownMemory(
  tf: Tf,
  backend: TensorflowBackend,
  variables: readonly Variable[],
): readonly number[] {
  const { copyTensor } = backend.binding;
  if (!copyTensor) throw new Error('the TensorFlow addon is not one built here');
  const ids = owned.get(backend) ?? new Set();
  owned.set(backend, ids);
  return variables.map((variable) => {
    const [id = -1] = backend.getInputTensorIds([variable]);
    if (ids.has(id) && backend.refCount(variable.dataId) === 1) return id;
    const copy = copyTensor(id);
    tf.tidy(() => variable.assign(backend.createOutputTensor(copy) as Tensor));
    ids.add(copy.id);
    return copy.id;
  });
}
