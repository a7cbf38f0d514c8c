/** An error whose `code` says what went wrong, so that a caller need not read its message. */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;

  /** @param message one line: what is wrong and, where something can be done, what */
  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
