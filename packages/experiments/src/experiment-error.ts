import { CodedError } from '@alexnet/files';

/** Why a study cannot be made: `usage`, an experiment or a setting that is not; `data`, no usable images. */
export type ExperimentErrorCode = 'usage' | 'data';

export class ExperimentError extends CodedError<ExperimentErrorCode> {
  override readonly name = 'ExperimentError';
}
