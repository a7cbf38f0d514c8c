import { type ByteSource, blobSource } from '@alexnet/convert';

/** Readers that take a whole file at once are told of progress this often. */
const PIECE = 8 * 2 ** 20;

/** A file as readers want it; `onRead` hears of every few megabytes. */
export function weightsSource(file: File, onRead: (bytes: number) => void): ByteSource {
  const source = blobSource(file);
  return {
    size: source.size,
    async read(offset, length) {
      if (length <= PIECE || offset + length > source.size) {
        const bytes = await source.read(offset, length);
        onRead(length);
        return bytes;
      }
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += PIECE) {
        const step = Math.min(PIECE, length - at);
        bytes.set(await source.read(offset + at, step), at);
        onRead(step);
      }
      return bytes;
    },
  };
}
