import { BackendError } from '../backend-error.js';
import type { TfjsWebgpu } from './tfjs-webgpu.js';

const BYTES = 4;

/**
 * Names a tensor that a device cannot bind before the program that needs it is recorded, and what tfjs
 * says of too many workgroups, so that a batch too large is one clear error where it happens.
 */
export function refuseOversize(backend: TfjsWebgpu): void {
  const run = backend.runWebGPUProgram.bind(backend);
  const limit = backend.device.limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;
  backend.runWebGPUProgram = (program, inputs, ...rest) => {
    for (const shape of [program.outputShape, ...inputs.map((input) => input.shape)]) {
      const bytes = shape.reduce((product, size) => product * size, BYTES);
      if (bytes > limit) {
        throw new BackendError(
          'oversize',
          `WebGPU error: [${shape}] takes ${gib(bytes)} and this GPU binds ${gib(limit)} at once; a smaller batch fits`,
        );
      }
    }
    try {
      return run(program, inputs, ...rest);
    } catch (error) {
      if (/dispatch size exceeds/i.test((error as Error).message)) {
        throw new BackendError(
          'oversize',
          `WebGPU error: [${program.outputShape}] takes more workgroups than this GPU starts at once; a smaller batch fits`,
          { cause: error },
        );
      }
      throw error;
    }
  };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
