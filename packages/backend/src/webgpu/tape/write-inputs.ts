import { stagingOf } from '../staging.js';
import type { TfjsWebgpu } from '../tfjs-webgpu.js';
import type { CommandEncoder, DeviceBuffer } from '../webgpu-types.js';

/** Larger values are written through buffers that are kept, in bytes. */
const LEAST_STAGED = 2 ** 20;

/** What a tape is given at a run, and where it reads it. */
export interface TapeInput {
  /** Values, or the buffer they are in. */
  readonly from: Float32Array | Int32Array | DeviceBuffer;
  readonly to: DeviceBuffer;
}

/**
 * Brings inputs to a tape, through `encoder` where they are large or there already. Returns what is to be
 * called once that was submitted.
 */
export function writeInputs(
  { device, queue }: TfjsWebgpu,
  encoder: CommandEncoder,
  inputs: readonly TapeInput[],
): () => void {
  const staging = stagingOf(device);
  const staged: DeviceBuffer[] = [];
  for (const { from, to } of inputs) {
    if (!ArrayBuffer.isView(from)) {
      encoder.copyBufferToBuffer(from, 0, to, 0, to.size);
    } else if (from.byteLength < LEAST_STAGED) {
      queue.writeBuffer(to, 0, from);
    } else {
      const filled = staging.fill(from);
      staged.push(filled);
      encoder.copyBufferToBuffer(filled, 0, to, 0, to.size);
    }
  }
  return () => {
    for (const buffer of staged) staging.takeBack(buffer);
  };
}
