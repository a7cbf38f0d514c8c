import { type CropWriter, writeCrop } from '../normalise-crop.js';
import { createCropWriter, KERNEL_BYTES, KERNEL_OVERRUN } from './crop-kernel.js';

/** Memory one batch is made in; one worker at a time uses it. */
export interface Slot {
  /** Shared memory of WebAssembly where there is room for it, else plain shared memory. */
  readonly memory: WebAssembly.Memory | SharedArrayBuffer;
  /** Bytes for each picture that is in flight; 0 where the batch has the memory to itself. */
  readonly pictureBytes: number;
  /** Where the batch begins, bytes. */
  readonly batch: number;
}

/** Pictures read ahead within a batch: hides the disk, where the source reads asynchronously. */
export const AHEAD = 4;

const PAGE = 65_536;

/**
 * @param batchBytes Of the batch.
 * @param pixelBytes Of a decoded picture; larger ones are decoded elsewhere.
 */
export function createSlot(batchBytes: number, pixelBytes: number): Slot {
  const pictureBytes = align(pixelBytes + KERNEL_OVERRUN);
  const batch = align(KERNEL_BYTES) + AHEAD * pictureBytes;
  const pages = Math.ceil((batch + batchBytes) / PAGE);
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return { memory, pictureBytes, batch };
  } catch {
    // Over 4 GiB, or address space is limited, of which every such memory reserves some more.
    return { memory: new SharedArrayBuffer(batchBytes), pictureBytes: 0, batch: 0 };
  }
}

/** A slot as the threads see it. */
export interface OpenSlot {
  readonly batch: Float32Array;
  /** Memory for the picture in flight at `place`, where it has so many bytes. */
  room(place: number, bytes: number): Uint8Array | null;
  readonly write: CropWriter;
}

export function openSlot({ memory, pictureBytes, batch }: Slot): OpenSlot {
  if (memory instanceof SharedArrayBuffer) {
    return { batch: new Float32Array(memory), room: () => null, write: writeCrop };
  }
  const length = Math.floor((memory.buffer.byteLength - batch) / Float32Array.BYTES_PER_ELEMENT);
  return {
    batch: new Float32Array(memory.buffer, batch, length),
    room: (place, bytes) =>
      bytes + KERNEL_OVERRUN <= pictureBytes
        ? new Uint8Array(memory.buffer, align(KERNEL_BYTES) + place * pictureBytes, bytes)
        : null,
    write: createCropWriter(memory),
  };
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
