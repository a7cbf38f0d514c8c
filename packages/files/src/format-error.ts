import { CodedError } from './coded-error.js';

/** Why a file cannot be read; one code per cause. */
export type FileFault =
  | 'truncated' // the file ends before what it announces
  | 'not-this-format' // magic bytes or first structure do not match
  | 'too-large' // a limit is exceeded
  | 'bad-header' // header or container structure is malformed
  | 'duplicate-name' // one name twice where names must be unique
  | 'forbidden-name' // a name that leaves the archive, or reaches an object's prototype
  | 'bad-offset' // overlaps or bytes outside the file
  | 'bad-shape' // negative, unsafe or contradicting dimensions
  | 'bad-dtype' // unknown or unusable number type
  | 'unsupported'; // valid, but this package does not do it

/** What every reader throws for the contents of a file; the message says what is wrong with which part. */
export class FormatError<Code extends string = FileFault> extends CodedError<Code> {
  override readonly name = 'FormatError';
}
