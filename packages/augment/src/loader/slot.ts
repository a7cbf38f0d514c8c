import { type CropWriter, writeCrop } from '../normalize-crop.js';
import { createCropWriter, KERNEL_BYTES, KERNEL_OVERRUN } from './crop-kernel.js';

/** Memory one batch is made in; one worker at a time uses it. */
export interface Slot {
  /** Shared memory of WebAssembly where there is room for it, else plain shared memory. */
  readonly memory: WebAssembly.Memory | SharedArrayBuffer;
  /** Bytes for each image that is in flight; 0 where the batch has the memory to itself. */
  readonly imageBytes: number;
  /** Where the batch begins, bytes. */
  readonly batch: number;
}

/** Images read ahead within a batch: hides the disk, where the source reads asynchronously. */
export const AHEAD = 4;

const PAGE = 65_536;

/**
 * @param batchBytes Of the batch.
 * @param pixelBytes Of a decoded image; larger ones are decoded elsewhere.
 */
export function createSlot(batchBytes: number, pixelBytes: number): Slot {
  const imageBytes = align(pixelBytes + KERNEL_OVERRUN);
  // One more than are in flight: what operations made of an image is normalized from there.
  const batch = align(KERNEL_BYTES) + (AHEAD + 1) * imageBytes;
  const pages = Math.ceil((batch + batchBytes) / PAGE);
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return { memory, imageBytes, batch };
  } catch {
    // Over 4 GiB, or address space is limited, of which every such memory reserves some more.
    return { memory: new SharedArrayBuffer(batchBytes), imageBytes: 0, batch: 0 };
  }
}

/** A slot as the threads see it. */
export interface OpenSlot {
  readonly batch: Float32Array;
  /** The same memory, for bytes. */
  readonly words: Int32Array;
  /** Memory for the image in flight at `place`, where it has so many bytes. */
  room(place: number, bytes: number): Uint8Array | null;
  readonly write: CropWriter;
}

export function openSlot({ memory, imageBytes, batch }: Slot): OpenSlot {
  if (memory instanceof SharedArrayBuffer) {
    return {
      batch: new Float32Array(memory),
      words: new Int32Array(memory),
      room: () => null,
      write: writeCrop,
    };
  }
  const length = Math.floor((memory.buffer.byteLength - batch) / Float32Array.BYTES_PER_ELEMENT);
  const room = (place: number, bytes: number) =>
    bytes + KERNEL_OVERRUN <= imageBytes
      ? new Uint8Array(memory.buffer, align(KERNEL_BYTES) + place * imageBytes, bytes)
      : null;
  return {
    batch: new Float32Array(memory.buffer, batch, length),
    words: new Int32Array(memory.buffer, batch, length),
    room,
    write: createCropWriter(memory, (bytes) => room(AHEAD, bytes)),
  };
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
