import { CodedError } from '@alexnet/files';

/** Why there is no answer. */
export type ClassifierErrorCode =
  | 'not-found' // no weights there, or of that name
  | 'ambiguous' // a folder with more than one file that could be meant
  | 'no-preprocessing' // weights that do not say how images are prepared
  | 'bad-address' // an address that is none, or whose file could be changed on the way
  | 'download' // no connection, or a server does not give the file
  | 'damaged' // a file that is not the one that was asked for
  | 'undecodable' // an image that cannot be read here
  | 'no-answer'; // numbers that are none, or a network that was disposed

/**
 * What this package throws by itself; readers of weights throw `FormatError` of `@alexnet/convert`,
 * downloads and decoders in Node `DatasetError` of `@alexnet/data`.
 */
export class ClassifierError extends CodedError<ClassifierErrorCode> {
  override readonly name = 'ClassifierError';
}
