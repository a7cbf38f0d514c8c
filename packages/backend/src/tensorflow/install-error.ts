/** Why a backend could not be installed; one code per cause, so that a caller need not read prose. */
export type InstallErrorCode =
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
  | 'failed';

/** An installation failure in one clear line: what is wrong and what to do. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
  readonly code: InstallErrorCode;

  constructor(code: InstallErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
