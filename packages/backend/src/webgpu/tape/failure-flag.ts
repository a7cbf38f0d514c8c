import { type Device, type DeviceBuffer, type Queue, USAGE } from '../webgpu-types.js';

/**
 * Whether a step of an owner failed, on the device: set by a step whose loss is not finite, so that
 * those already under way behind it change nothing either.
 */
export interface FailureFlag {
  readonly buffer: DeviceBuffer;
  /** Counts a step under way. Once none is, and the last one was left out, the flag is taken down. */
  during(
    step: () => Promise<{ readonly isOpen: boolean; readonly values: readonly number[] }>,
    queue: Queue,
  ): Promise<readonly number[]>;
}

const flags = new WeakMap<object, FailureFlag>();

export function failureFlagOf(device: Device, owner: object): FailureFlag {
  const flag = flags.get(owner) ?? createFlag(device);
  flags.set(owner, flag);
  return flag;
}

function createFlag(device: Device): FailureFlag {
  const buffer = device.createBuffer({ size: 4, usage: USAGE.storage | USAGE.copyTarget });
  let underWay = 0;
  return {
    buffer,
    async during(step, queue) {
      underWay++;
      try {
        const { isOpen, values } = await step();
        if (!isOpen && underWay === 1) queue.writeBuffer(buffer, 0, new Uint32Array(1));
        return values;
      } finally {
        underWay--;
      }
    },
  };
}
