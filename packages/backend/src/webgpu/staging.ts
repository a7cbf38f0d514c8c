import { BackendError } from '../backend-error.js';
import { type Device, type DeviceBuffer, MAP_MODE, USAGE } from './webgpu-types.js';

/** Buffers kept: the images of the steps under way. */
const KEPT = 4;

/** Mapped buffers that values are written to on their way to the device. */
export interface Staging {
  /** A buffer that holds `values`, unmapped, to be copied from. */
  fill(values: Float32Array | Int32Array | Uint8Array): DeviceBuffer;
  /** Takes it back once the copy was submitted: it is mapped again when the GPU has read it. */
  takeBack(buffer: DeviceBuffer): void;
}

const stagings = new WeakMap<object, Staging>();

/**
 * The staging buffers of a device, kept for the next values of the same size: a batch of 128 images,
 * 75 MiB, would cost an allocation, the clearing that WebGPU demands and the pinning of its pages in
 * every step.
 */
export function stagingOf(device: Device): Staging {
  const staging = stagings.get(device) ?? createStaging(device);
  stagings.set(device, staging);
  return staging;
}

function createStaging(device: Device): Staging {
  const idle: DeviceBuffer[] = [];
  const take = (size: number): DeviceBuffer => {
    const index = idle.findIndex((buffer) => buffer.size === size);
    const kept = index < 0 ? undefined : idle.splice(index, 1)[0];
    return kept ?? create(device, size);
  };
  const give = (buffer: DeviceBuffer) => {
    idle.push(buffer);
    if (idle.length > KEPT) idle.shift()?.destroy();
  };
  return {
    fill(values) {
      const buffer = take(values.byteLength);
      const { byteOffset, byteLength } = values;
      new Uint8Array(buffer.getMappedRange()).set(
        new Uint8Array(values.buffer, byteOffset, byteLength),
      );
      buffer.unmap();
      return buffer;
    },
    takeBack(buffer) {
      buffer.mapAsync(MAP_MODE.write).then(
        () => give(buffer),
        () => buffer.destroy(),
      );
    },
  };
}

/** Mapped. */
function create(device: Device, size: number): DeviceBuffer {
  const usage = USAGE.mapWrite | USAGE.copySource;
  try {
    return device.createBuffer({ size, usage, mappedAtCreation: true });
  } catch (error) {
    const mebibytes = Math.ceil(size / 2 ** 20);
    throw new BackendError(
      'no-memory',
      `WebGPU error: no memory to bring ${mebibytes} MiB to the GPU; a smaller batch or network fits`,
      { cause: error },
    );
  }
}
