import { CodedError } from '@alexnet/files';

/** What is wrong, for callers that act on it. */
export type DatasetErrorCode =
  | 'not-found' // no such folder, file or set, or one lacks a part it must have
  | 'no-images' // no image where there must be one
  | 'no-classes' // nothing says which image is of which class
  | 'bad-labels' // a list of labels does not fit the images or the classes
  | 'unsupported' // a kind of file that is known and not read
  | 'damaged' // cut short, altered, not what it says it is, or a checksum is wrong
  | 'refused' // links, names outside an archive, absurd sizes
  | 'bad-option' // an option out of its range
  | 'undecodable' // images that cannot be decoded or read
  | 'occupied' // a folder to write into that holds something else
  | 'not-writable' // a file cannot be written
  | 'no-space' // the disk is too full
  | 'offline' // not in the cache, and nothing is to be fetched
  | 'download'; // no network, or a server does not give the file

/** A data source that cannot be used; the message is one line that says what is wrong and what to do. */
export class DatasetError extends CodedError<DatasetErrorCode> {
  override readonly name: string = 'DatasetError';
}

/** One image that cannot be decoded or read. Consumers skip it, count it and name it. */
export class UndecodableImageError extends DatasetError {
  override readonly name = 'UndecodableImageError';
  /** Record id, or the name given to `decodeImage`; `undefined` when the bytes came without one. */
  readonly id: string | undefined;
  readonly reason: string;

  constructor(id: string | undefined, reason: string, options?: ErrorOptions) {
    const what = id === undefined ? 'image' : `image "${id}"`;
    super('undecodable', `cannot decode ${what}: ${reason}`, options);
    this.id = id;
    this.reason = reason;
  }
}

/** First line of whatever was thrown, without libvips' indented follow-up lines. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}
