import { type Device, type DeviceBuffer, MAP_MODE, USAGE } from '../webgpu-types.js';

/** Buffers that a few values are read through, each while it waits for the device. */
export interface ReadbackRing {
  take(): DeviceBuffer;
  /** Its values, once what was submitted has run. */
  read(buffer: DeviceBuffer): Promise<ArrayBuffer>;
  /** Frees them, those that are being read once they were. */
  destroy(): void;
}

export function createReadbackRing(device: Device, size: number): ReadbackRing {
  const idle: DeviceBuffer[] = [];
  let isDestroyed = false;
  return {
    take: () =>
      idle.pop() ?? device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyTarget }),
    async read(buffer) {
      await buffer.mapAsync(MAP_MODE.read);
      const values = buffer.getMappedRange().slice(0);
      buffer.unmap();
      if (isDestroyed) buffer.destroy();
      else idle.push(buffer);
      return values;
    },
    destroy() {
      isDestroyed = true;
      for (const buffer of idle) buffer.destroy();
    },
  };
}
