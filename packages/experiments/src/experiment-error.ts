/** Why a study cannot be made: `usage`, an experiment or a setting that is not; `data`, no usable images. */
export type ExperimentErrorCode = 'usage' | 'data';

export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';

  readonly code: ExperimentErrorCode;

  constructor(code: ExperimentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
