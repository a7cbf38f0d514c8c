import { CodedError } from '@alexnet/files';

/** What went wrong in this package; one code per cause, so that a caller need not read prose. */
export type BackendErrorCode =
  // Choosing one: no backend has this name; it, or none at all, works here.
  | 'unknown-backend'
  | 'unavailable'
  // Installing TensorFlow.
  | 'platform'
  | 'no-tfjs-node'
  | 'no-python'
  | 'no-pip'
  | 'no-compiler'
  | 'no-network'
  | 'no-wheel'
  | 'no-space'
  | 'no-driver'
  | 'compile'
  | 'failed'
  // Computing: more than the GPU binds or starts at once, where a smaller batch would fit; no memory
  // left; an error of the GPU or its driver.
  | 'oversize'
  | 'no-memory'
  | 'device'
  // Asking for bf16 where there is none.
  | 'precision'
  // Computing with others: this backend cannot; another process has ended or does not answer.
  | 'no-collectives'
  | 'peer';

/** A failure in one clear line: what is wrong and, where something can be done, what. */
export class BackendError extends CodedError<BackendErrorCode> {
  override readonly name = 'BackendError';
}
