/** A data source that cannot be used; the message is one line that says what is wrong and what to do. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}

/** One image that cannot be decoded. Consumers skip it, count it and name it. */
export class UndecodableImageError extends Error {
  override readonly name = 'UndecodableImageError';
  /** Record id, or the name given to `decodeImage`; `undefined` when the bytes came without one. */
  readonly id: string | undefined;
  readonly reason: string;

  constructor(id: string | undefined, reason: string, options?: ErrorOptions) {
    super(`cannot decode ${id === undefined ? 'image' : `image "${id}"`}: ${reason}`, options);
    this.id = id;
    this.reason = reason;
  }
}

/** First line of whatever was thrown, without libvips' indented follow-up lines. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}
