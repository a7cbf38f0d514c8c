/** One code per cause; the message says what is wrong with which part of the file, and what to do. */
export type FormatErrorCode =
  | 'truncated' // the file ends before what it announces
  | 'not-this-format' // magic bytes or first structure do not match
  | 'too-large' // a named limit is exceeded
  | 'bad-header' // header or container structure is malformed
  | 'bad-json' // text that should be JSON is not
  | 'duplicate-name' // one name twice where names must be unique
  | 'forbidden-name' // __proto__, constructor, prototype
  | 'bad-offset' // holes, overlaps or bytes outside the file
  | 'bad-shape' // negative, unsafe or contradicting dimensions
  | 'bad-dtype' // unknown or unusable number type
  | 'bad-metadata' // __metadata__.alexnet has a wrong type or an unknown version
  | 'bad-spec' // the network description is refused by the validator
  | 'missing-tensor' // the network needs a tensor the file lacks
  | 'unexpected-tensor' // the file holds a tensor the network does not have
  | 'ambiguous-preset' // the weights fit several networks that compute different things
  | 'unknown-network' // the weights fit no known network
  | 'not-allowed' // an inexact conversion whose code the caller did not allow
  | 'out-of-range' // a value the target number type cannot hold
  | 'unsupported'; // valid, but this package does not do it

/** The only error this package throws for the contents of a file or a model it cannot write. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly code: FormatErrorCode;

  constructor(code: FormatErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
