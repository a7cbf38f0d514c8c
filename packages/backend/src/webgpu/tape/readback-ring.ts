import { type Device, type DeviceBuffer, MAP_MODE, USAGE } from '../webgpu-types.js';

/** Buffers that a few values are read through, each while it waits for the device. */
export interface ReadbackRing {
  take(): DeviceBuffer;
  /** Its values, once what was submitted has run. */
  read(buffer: DeviceBuffer): Promise<ArrayBuffer>;
  destroy(): void;
}

export function createReadbackRing(device: Device, size: number): ReadbackRing {
  const all: DeviceBuffer[] = [];
  const idle: DeviceBuffer[] = [];
  const create = () => {
    const buffer = device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyTarget });
    all.push(buffer);
    return buffer;
  };
  return {
    take: () => idle.pop() ?? create(),
    async read(buffer) {
      await buffer.mapAsync(MAP_MODE.read);
      const values = buffer.getMappedRange().slice(0);
      buffer.unmap();
      idle.push(buffer);
      return values;
    },
    destroy() {
      for (const buffer of all) buffer.destroy();
    },
  };
}
