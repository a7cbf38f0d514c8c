import { FormatError as FileError, type FileFault } from '@alexnet/files';

/** One code per cause; the message says what is wrong with which part of the file, and what to do. */
export type FormatErrorCode =
  | FileFault
  | 'bad-json' // text that should be JSON is not
  | 'bad-metadata' // __metadata__.alexnet has a wrong type or an unknown version
  | 'bad-spec' // the network description is refused by the validator
  | 'missing-file' // a part that should lie beside the file
  | 'missing-tensor' // the network needs a tensor the file lacks
  | 'unexpected-tensor' // the file holds a tensor the network does not have
  | 'ambiguous' // several readings compute different things, and the caller has to say which
  | 'unknown-network' // the weights fit no known network
  | 'not-allowed' // an inexact conversion whose code the caller did not allow
  | 'out-of-range'; // a value the target number type cannot hold

/** The only error this package throws for the contents of a file or a model it cannot write. */
export type FormatError = FileError<FormatErrorCode>;

/** The class of `@alexnet/files`, so that what its readers throw is one too. */
export const FormatError: new (
  code: FormatErrorCode,
  message: string,
  options?: ErrorOptions,
) => FormatError = FileError;

/** What a caller can say of a network: options of `openModel`; `input` stands for `modifiers.input`. */
export type Answer =
  | 'preset'
  | 'modifiers'
  | 'input'
  | 'spec'
  | 'channelOrder'
  | 'dataFormat'
  | 'epsilon'
  | 'prototxt';

/** A file that leaves something open which its reader can be told. */
export class UnsaidError extends FormatError {
  /** What would help, the likeliest first. */
  readonly asks: readonly Answer[];

  constructor(
    code: 'ambiguous' | 'unknown-network',
    message: string,
    asks: readonly [Answer, ...Answer[]],
  ) {
    super(code, message);
    this.asks = asks;
  }
}
