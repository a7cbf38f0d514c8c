import type { BufferSource } from '../tfjs-webgpu.js';
import { type Device, type DeviceBuffer, USAGE } from '../webgpu-types.js';

/** The buffers of one tape, apart from those of everything else: they stay what they are between runs. */
export interface TapeBuffers extends BufferSource {
  /** A buffer that is never handed out again. */
  createBuffer(size: number, usage: number): DeviceBuffer;
  has(buffer: DeviceBuffer): boolean;
  destroy(): void;
}

/**
 * @param others where buffers go back to that are not the tape's
 */
export function createTapeBuffers(device: Device, others: BufferSource): TapeBuffers {
  const own = new Set<DeviceBuffer>();
  const kept = new Set<DeviceBuffer>();
  const free = new Map<string, DeviceBuffer[]>();
  const keys = new Map<DeviceBuffer, string>();
  const create = (size: number, usage: number) => {
    const buffer = device.createBuffer({ size, usage });
    own.add(buffer);
    return buffer;
  };
  return {
    acquireBuffer(size, usage) {
      const key = `${size} ${usage}`;
      const buffer = free.get(key)?.pop() ?? create(size, usage);
      keys.set(buffer, key);
      // What a program is told at its start, it is told at every run.
      if (usage & USAGE.uniform) kept.add(buffer);
      return buffer;
    },
    releaseBuffer(buffer, reuse) {
      if (!own.has(buffer)) {
        others.releaseBuffer(buffer, reuse);
        return;
      }
      if (kept.has(buffer)) return;
      const key = keys.get(buffer) ?? '';
      free.set(key, [...(free.get(key) ?? []), buffer]);
    },
    createBuffer(size, usage) {
      const buffer = create(size, usage);
      kept.add(buffer);
      return buffer;
    },
    has: (buffer) => own.has(buffer),
    destroy() {
      for (const buffer of own) buffer.destroy();
      own.clear();
    },
  };
}
